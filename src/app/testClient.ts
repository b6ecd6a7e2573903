import { spawn } from 'node:child_process';
import type { TestClient } from '../checks/acceptance/guest.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Connections, ShellResult } from '../hosts/connection.ts';
import { reveal } from '../secrets/confidential.ts';

/** The place from which instances are reached, by the description: this machine, a network namespace of it, or a host. */
export function testClientOf(cloud: Cloud, connections: Connections): TestClient {
  const place = cloud.test.vantage;
  if (place === 'local')
    return async (script, limitSeconds) => runHere(['sh', '-s'], reveal(script), limitSeconds);
  if ('netns' in place) {
    const words = ['nsenter', `--net=/run/netns/${place.netns}`, 'sh', '-s'];
    return async (script, limitSeconds) => runHere(words, reveal(script), limitSeconds);
  }
  return async (script, limitSeconds) => {
    const connection = await connections.get(place.host);
    return await connection.run({ script, limitSeconds, doing: 'reach the test instance' });
  };
}

/** Runs a script given on standard input; one that passes its limit ends with exit code 124, as with timeout(1). */
function runHere(words: readonly string[], script: string, limitSeconds: number): Promise<ShellResult> {
  const [program = 'sh', ...rest] = words;
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'pipe', detached: true });
    let stdout = '';
    let stderr = '';
    let late = false;
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString();
    });
    const timer = setTimeout(() => {
      late = true;
      // The whole group: ssh and ping that the script started hold the pipes open otherwise.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitSeconds * 1000);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ exitCode: 127, stdout, stderr: `${program}: ${error.message}` });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) resolve({ exitCode: 124, stdout, stderr: `no end within ${limitSeconds} s` });
      else resolve({ exitCode: code ?? 137, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(script);
  });
}
