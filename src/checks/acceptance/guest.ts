import type { Client } from '../../api/client.ts';
import { CloudwrightError, fail, problem } from '../../errors/problem.ts';
import type { ShellResult } from '../../hosts/connection.ts';
import { quote } from '../../hosts/quote.ts';
import { type Confidential, type Text, text } from '../../secrets/confidential.ts';

/** Runs a shell script at the place from which instances are reached; the script comes on standard input. */
export type TestClient = (script: Text, limitSeconds: number) => Promise<ShellResult>;

export interface Guest {
  readonly id: string;
  readonly name: string;
  /** The address at which the test client reaches it. */
  readonly address: string;
}

export interface GuestAccess {
  readonly client: Client;
  readonly testClient: TestClient;
  readonly user: string;
  readonly privateKey: Confidential;
  readonly limitSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Fails with CHECK_TEST_CLIENT where the test client lacks a tool. */
export async function checkTestClient(testClient: TestClient): Promise<void> {
  const tools = ['ping', 'ssh', 'mktemp'];
  const script = tools.map((tool) => `command -v ${tool} >/dev/null 2>&1 || echo ${tool}`).join('\n');
  const { stdout } = await testClient(`${script}\n`, 30);
  const missing = stdout.split('\n').filter((line) => tools.includes(line));
  if (missing.length > 0) fail('CHECK_TEST_CLIENT', { details: { tool: missing.join(' and ') } });
}

/** Waits until the guest answers one echo request; answers how many seconds it took. */
export async function ping(access: GuestAccess, guest: Guest): Promise<void> {
  const script = `ping -n -c 1 -W 1 ${quote(guest.address)}\n`;
  await answered(access, guest, 'ping', async () => {
    const { exitCode, stdout, stderr } = await access.testClient(script, 15);
    if (exitCode === 0) return { value: true };
    const said = lastLine(stderr) || stdout.match(/.*(nreachable|loss).*/)?.[0];
    return { seen: said?.trim() || 'no answer' };
  });
}

/** Waits until `command` succeeds in the guest over ssh, with the key that metadata brought there. */
export function runInGuest(access: GuestAccess, guest: Guest, command: string): Promise<string> {
  const script = sshScript(access, guest.address, command);
  return answered(access, guest, 'ssh', async () => {
    const { exitCode, stdout, stderr } = await access.testClient(script, 60);
    if (exitCode === 0) return { value: stdout };
    return { seen: lastLine(stderr) || `exit code ${exitCode}` };
  });
}

/** The key lies in a folder of its own for the length of one login, and is removed however it ends. */
function sshScript(access: GuestAccess, address: string, command: string): Text {
  const options = [
    '-F /dev/null',
    '-o BatchMode=yes',
    '-o IdentitiesOnly=yes',
    '-o ConnectTimeout=5',
    '-o ServerAliveInterval=5',
    // The guest was made a moment ago and is gone in another: there is no key of it to know.
    '-o StrictHostKeyChecking=no',
    '-o UserKnownHostsFile=/dev/null',
    '-o GlobalKnownHostsFile=/dev/null',
    '-o LogLevel=ERROR',
  ].join(' ');
  return text`umask 077
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
trap 'exit 143' HUP INT TERM
cat >"$folder/key" <<'END_OF_KEY'
${access.privateKey}END_OF_KEY
ssh ${options} -i "$folder/key" ${quote(`${access.user}@${address}`)} ${quote(command)} </dev/null
`;
}

async function answered<T>(
  access: GuestAccess,
  guest: Guest,
  method: string,
  probe: () => Promise<{ readonly value: T } | { readonly seen: string }>,
): Promise<T> {
  let seen = 'nothing';
  const watched = async () => {
    const answer = await probe();
    if ('seen' in answer) seen = answer.seen;
    return answer;
  };
  const what = `${guest.name} to answer to ${method} at ${guest.address}`;
  try {
    return await access.client.until(what, watched, access.limitSeconds, {
      signal: access.signal,
      interval: 500,
    });
  } catch (error) {
    const first = error instanceof CloudwrightError ? error.problems[0] : undefined;
    if (first?.code !== 'API_WAIT_LIMIT') throw error;
    const details = {
      subject: guest.name,
      method,
      address: guest.address,
      seconds: access.limitSeconds,
      seen,
    };
    throw new CloudwrightError([problem('CHECK_NO_ANSWER', { details })]);
  }
}

/** Adds the last lines of the guest's console to whatever fails in `work`. */
export async function withConsole<T>(access: GuestAccess, guest: Guest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CloudwrightError)) throw error;
    const first = error.problems[0];
    if (!first || first.evidence !== undefined || first.code === 'CHECK_INTERRUPTED') throw error;
    const console = await consoleTail(access.client, guest.id);
    if (console === undefined) throw error;
    throw new CloudwrightError([{ ...first, evidence: console }], { cause: error });
  }
}

/** The last lines of the console; nothing where it can't be had, since it only explains another failure. */
export async function consoleTail(client: Client, server: string): Promise<string | undefined> {
  try {
    const output = await client.compute.consoleOutput(server, 40);
    const lines = output
      .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
    return lines.length > 0 ? lines.slice(-20).join('\n') : 'The console is empty.';
  } catch {
    return undefined;
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}
