import { spawn } from 'node:child_process';
import { fabric, VIP } from './threeHosts.ts';

/** APIs on the virtual address, asked without a token. */
const ADDRESSES = [
  `https://${VIP}:5000/v3`,
  `https://${VIP}:8774/`,
  `https://${VIP}:9696/`,
  `https://${VIP}:9292/healthcheck`,
];

export interface Watch {
  /** Answers, and those that were none or an error. */
  stop(): Promise<{ readonly answers: number; readonly failures: readonly string[] }>;
}

/** Asks the APIs again and again, as a client outside the hosts. `authority`: file with that of their certificate. */
export function watchApis(authority: string): Watch {
  // One request each, a second at most between two rounds: load of its own would be no answer.
  const loop = `while :; do
  for at in ${ADDRESSES.join(' ')}; do curl -s --cacert ${authority} -m 15 -o /dev/null -w "%{http_code} $at\\n" "$at"; done
  sleep 0.5
done`;
  const child = spawn('ip', ['netns', 'exec', fabric, 'sh', '-c', loop], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  return {
    async stop() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await closed;
      // The last one may have been cut.
      const lines = text.split('\n').slice(0, -1);
      return { answers: lines.length, failures: lines.filter((line) => !/^[23]\d\d /.test(line)) };
    },
  };
}
