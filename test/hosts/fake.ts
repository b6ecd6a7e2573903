import type { Connection, Connections, ShellRequest, ShellResult } from '../../src/hosts/connection.ts';
import { reveal } from '../../src/secrets/confidential.ts';

/** What a host is expected to be asked, and what it answers. */
export interface Expectation {
  readonly host: string;
  /** The whole script, or a pattern in it. */
  readonly script: string | RegExp;
  readonly answer: Partial<ShellResult> | Error | ((request: ShellRequest) => Promise<ShellResult>);
  /** How often it may be asked; once unless told. */
  readonly times?: number;
}

/** Connections that answer what is expected and fail the test on anything else. */
export interface FakeConnections extends Connections {
  readonly asked: readonly { readonly host: string; readonly script: string; readonly doing: string }[];
  /** Fails when something expected was not asked. */
  done(): void;
}

export function fakeConnections(expectations: readonly Expectation[]): FakeConnections {
  const left = expectations.map((one) => ({ one, times: one.times ?? 1 }));
  const asked: { host: string; script: string; doing: string }[] = [];
  const run = async (host: string, request: ShellRequest): Promise<ShellResult> => {
    const script = reveal(request.script);
    asked.push({ host, script, doing: request.doing });
    const found = left.find(
      ({ one, times }) =>
        times > 0 &&
        one.host === host &&
        (typeof one.script === 'string' ? one.script === script : one.script.test(script)),
    );
    if (!found) throw new Error(`unexpected script on ${host} (${request.doing}):\n${script}`);
    found.times -= 1;
    const { answer } = found.one;
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
    forward: async (host, address, port) => {
      throw new Error(`unexpected forward through ${host} to ${address}:${port}`);
    },
    closeAll: async () => {},
    done() {
      const missing = left.filter(
        ({ one, times }) => times > 0 && (one.times ?? 1) !== Number.POSITIVE_INFINITY,
      );
      if (missing.length > 0) {
        throw new Error(`never asked: ${missing.map(({ one }) => `${one.host}: ${one.script}`).join('; ')}`);
      }
    },
  };
}
