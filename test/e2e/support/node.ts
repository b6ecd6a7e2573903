import type { CommandResult } from '../../../src/system/command.ts';

/** Runs a shell command line as root on a node. */
export type OnNode = (commandLine: string, limitSeconds?: number) => Promise<CommandResult>;

/** What a command line prints; throws with its error output where it fails. */
export async function printed(on: OnNode, line: string, limitSeconds = 120): Promise<string> {
  const { exitCode, stdout, stderr } = await on(line, limitSeconds);
  if (exitCode !== 0) throw new Error(`${line}\nended with exit code ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly process: string;
}

/** Sockets on which TCP connections are taken, or datagrams received. */
export async function listeners(on: OnNode, protocol: 'tcp' | 'udp' = 'tcp'): Promise<readonly Listener[]> {
  const lines = (await printed(on, `ss -Hlnp --${protocol}`)).split('\n');
  return lines.map((line) => {
    const [, , , local = '', , users = ''] = line.split(/\s+/);
    const at = local.lastIndexOf(':');
    return {
      address: local
        .slice(0, at)
        .replace(/%.*$/, '')
        .replace(/^\[(.*)\]$/, '$1'),
      port: Number(local.slice(at + 1)),
      process: /"([^"]+)"/.exec(users)?.[1] ?? '',
    };
  });
}

export interface BalancedServer {
  readonly section: string;
  readonly server: string;
  readonly status: string;
  /** Attempts to connect to it after a first one, since haproxy started. */
  readonly retries: number;
}

const SHOW_STAT = `
import socket
haproxy = socket.socket(socket.AF_UNIX)
haproxy.connect("/run/haproxy/admin.sock")
haproxy.sendall(b"show stat -1 4 -1\\n")
print(b"".join(iter(lambda: haproxy.recv(65536), b"")).decode())
`;

/** Every server of every section, as haproxy itself sees it. */
export async function balancedServers(on: OnNode): Promise<readonly BalancedServer[]> {
  const table = await printed(on, `python3 - <<'END'${SHOW_STAT}END`);
  return table.split('\n').flatMap((line) => {
    if (line.startsWith('#') || line.trim() === '') return [];
    const columns = line.split(',');
    const [section = '', server = ''] = columns;
    return [{ section, server, status: columns[17] ?? '', retries: Number(columns[15]) }];
  });
}
