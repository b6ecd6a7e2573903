import type { Connection, Connections, ShellRequest, ShellResult } from '../../src/hosts/connection.ts';
import { reveal } from '../../src/secrets/confidential.ts';

/** What a host is expected to be asked, and what it answers. */
export interface Expectation {
  readonly host: string;
  /** The whole script, or a pattern in it. */
  readonly script: string | RegExp;
  readonly answer: Partial<ShellResult> | Error | ((request: ShellRequest) => Promise<ShellResult>);
  /** How often it may be asked; once by default. */
  readonly times?: number;
}

/** Connections that answer what is expected and fail the test on anything else. */
export interface FakeConnections extends Connections {
  readonly asked: readonly { readonly host: string; readonly script: string; readonly doing: string }[];
  /** Fails when something expected was not asked. */
  done(): void;
}

export function fakeConnections(expectations: readonly Expectation[]): FakeConnections {
  const left = expectations.map((expected) => ({ expected, times: expected.times ?? 1 }));
  const asked: { host: string; script: string; doing: string }[] = [];
  const run = async (host: string, request: ShellRequest): Promise<ShellResult> => {
    const script = reveal(request.script);
    asked.push({ host, script, doing: request.doing });
    const found = left.find(
      ({ expected, times }) =>
        times > 0 &&
        expected.host === host &&
        (typeof expected.script === 'string' ? expected.script === script : expected.script.test(script)),
    );
    if (!found) throw new Error(`unexpected script on ${host} (${request.doing}):\n${script}`);
    found.times -= 1;
    const { answer } = found.expected;
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'function') return answer(request);
    return { exitCode: 0, stdout: '', stderr: '', ...answer };
  };
  return {
    asked,
    get: async (host): Promise<Connection> => ({
      host,
      run: (request) => run(host, request),
      close: async () => {},
    }),
    fresh: async (host) => {
      throw new Error(`unexpected new connection to ${host}`);
    },
    forward: async (host, address, port) => {
      throw new Error(`unexpected forward through ${host} to ${address}:${port}`);
    },
    closeAll: async () => {},
    done() {
      const missing = left.filter(
        ({ expected, times }) => times > 0 && (expected.times ?? 1) !== Number.POSITIVE_INFINITY,
      );
      if (missing.length > 0) {
        throw new Error(
          `never asked: ${missing.map(({ expected }) => `${expected.host}: ${expected.script}`).join('; ')}`,
        );
      }
    },
  };
}
