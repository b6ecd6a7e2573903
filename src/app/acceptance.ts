import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ProviderRange } from '../checks/acceptance/provider.ts';
import { ACCEPTANCE_STEP } from '../checks/acceptance/rows.ts';
import { type AcceptanceResult, acceptance } from '../checks/acceptance.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { RunEvent } from '../engine/event.ts';
import { redactor } from '../engine/redact.ts';
import { CloudwrightError, exitCodeOf, fail, type Problem } from '../errors/problem.ts';
import { guestImage } from '../guest/index.ts';
import { labDirectory } from '../lab/index.ts';
import { Confidential } from '../secrets/confidential.ts';
import { makeSshKeyPair } from '../vault/ssh-key.ts';
import { journaled } from './apply.ts';
import { type Caller, emitNow, type NewEvent, note } from './caller.ts';
import { locked, open } from './open.ts';
import { withReach } from './reach.ts';
import { testClientOf } from './testClient.ts';
import { version } from './version.ts';

export interface TestRequest {
  /** Addresses that the test may use; what is left out comes from the description, or is asked for. */
  readonly provider?: { readonly [Key in 'cidr' | 'gateway' | 'first' | 'last']?: string | undefined };
  /** Absolute path of an image file instead of the tiny guest, and the user who logs in there. */
  readonly image?: string | undefined;
  readonly user?: string | undefined;
  /** Leaves everything that was made in place. */
  readonly keep?: boolean;
}

export interface TestResult extends AcceptanceResult {
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly exitCode: number;
}

/** Runs the acceptance test. It is a run of one step, whose checks are in the stream of events and in the journal. */
export async function test(
  request: TestRequest & { readonly file: string },
  caller: Caller,
): Promise<TestResult> {
  return await locked(dirname(request.file), 'test', caller, async () =>
    testOpened(await open(request.file, caller), request, caller),
  );
}

/** The same for a cloud that is open and locked. Rejects only where addresses are missing, before any effect. */
export async function testOpened(cloud: Cloud, request: TestRequest, caller: Caller): Promise<TestResult> {
  const provider = await providerRange(cloud, request.provider ?? {}, caller);
  return await journaled(cloud.folder, redacting(cloud, caller), async (journaling) => {
    const frame = startRun(cloud, journaling);
    try {
      const result = await runTest(cloud, { ...request, provider }, frame.caller);
      return { ...result, ...frame.end(result.interrupted) };
    } catch (error) {
      if (!(error instanceof CloudwrightError)) throw error;
      for (const problem of error.problems)
        emitNow(frame.caller, { type: 'problem', problem, step: ACCEPTANCE_STEP });
      const ended = frame.end(caller.signal.aborted);
      return { name: '', ok: false, rows: [], milliseconds: 0, leftBehind: [], interrupted: false, ...ended };
    }
  });
}

/** The last acceptance test passed, and nothing has changed since. Gives the time of its end; see `RunEvent`. */
export function passedSinceLastChange(events: readonly RunEvent[]): number | undefined {
  let passedAt: number | undefined;
  for (const event of events) {
    if (event.type === 'change-started' || event.type === 'change-done') passedAt = undefined;
    else if ('step' in event && event.step === ACCEPTANCE_STEP) {
      if (event.type === 'step-started') passedAt = undefined;
      if (event.type === 'step-verified') passedAt = event.at;
    }
  }
  return passedAt;
}

/** The events that every run begins and ends with, around the one step of the test. */
function startRun(
  cloud: Cloud,
  caller: Caller,
): { readonly caller: Caller; end(interrupted: boolean): Pick<TestResult, 'outcome' | 'exitCode'> } {
  const began = Date.now();
  const problems: Problem[] = [];
  const watching: Caller = {
    ...caller,
    emit(event) {
      if ('problem' in event) problems.push(event.problem);
      caller.emit(event);
    },
  };
  const emit = (event: NewEvent): void => emitNow(caller, event);
  emit({
    type: 'run-started',
    run: `${new Date(began).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`,
    command: 'test',
    cloud: cloud.name,
    steps: [ACCEPTANCE_STEP],
    hosts: [],
    version,
    pid: process.pid,
  });
  emit({ type: 'step-started', step: ACCEPTANCE_STEP, title: 'Acceptance test', hosts: [], resources: 0 });
  return {
    caller: watching,
    end(interrupted) {
      const milliseconds = Date.now() - began;
      const failed = problems.length > 0;
      if (failed || interrupted) emit({ type: 'step-failed', step: ACCEPTANCE_STEP, milliseconds });
      else emit({ type: 'step-verified', step: ACCEPTANCE_STEP, milliseconds, changed: 0 });
      const outcome = interrupted ? 'interrupted' : failed ? 'failed' : 'done';
      emit({ type: 'run-finished', outcome, milliseconds, changed: 0, recap: {} });
      const exitCode = interrupted ? 3 : failed ? exitCodeOf(problems) || 1 : 0;
      return { outcome, exitCode };
    },
  };
}

async function runTest(
  cloud: Cloud,
  request: TestRequest & { readonly provider: Omit<ProviderRange, 'physicalNetwork'> },
  caller: Caller,
): Promise<AcceptanceResult> {
  const { publicKey, privateKey } = makeSshKeyPair('acceptance-test');
  const image = request.image ?? cloud.test.image;
  const file = image ?? (await builtImage(cloud, caller));
  return await withReach(cloud, caller, async (reached) =>
    acceptance({
      client: reached.client({ patienceSeconds: 10 }),
      provider: {
        ...request.provider,
        physicalNetwork: cloud.physicalNetworks[0]?.name ?? 'external',
      },
      image: { file, user: request.user },
      noTenantNetworks: cloud.networks.overlay ? undefined : 'the description has no overlay network',
      testClient: testClientOf(cloud, reached.connections),
      keyPair: { publicKey, privateKey: new Confidential(privateKey) },
      keep: request.keep === true,
      emit: (event) => emitNow(caller, event),
      signal: caller.signal,
    }),
  );
}

/** A cloud that is reached through a namespace of this machine is a trial: its lab was made with our packages. */
async function builtImage(cloud: Cloud, caller: Caller): Promise<string> {
  const { vantage } = cloud.test;
  const mayInstall = typeof vantage === 'object' && 'netns' in vantage;
  const directory = labDirectory(caller.environment);
  return await guestImage({ directory, mayInstall }, caller.signal, (text) => note(caller, text));
}

/** Masks the cloud's secrets in whatever the test says, as the engine does for its runs. */
function redacting(cloud: Cloud, caller: Caller): Caller {
  const { secrets, ssh } = cloud;
  const redact = redactor([...Object.values(secrets), ssh.password, ssh.sudoPassword]);
  return { ...caller, emit: (event) => caller.emit(redact(event)) };
}

async function providerRange(
  cloud: Cloud,
  given: NonNullable<TestRequest['provider']>,
  caller: Caller,
): Promise<Omit<ProviderRange, 'physicalNetwork'>> {
  const { test: described } = cloud;
  const ask = async (value: string | undefined, question: string, option: string): Promise<string> => {
    if (value !== undefined) return value;
    if (caller.questions) return await caller.questions.text(question, option);
    return fail('CLI_ANSWER_NEEDED', { details: { question, option } });
  };
  const cidr = await ask(
    given.cidr ?? described.providerCidr,
    'Network of the provider interface',
    '--provider-network',
  );
  const first = await ask(given.first ?? described.firstAddress, 'First free address in it', '--first');
  const last = await ask(given.last ?? described.lastAddress, 'Last free address in it', '--last');
  const gateway = given.gateway ?? described.providerGateway;
  return { cidr, first, last, ...(gateway !== undefined && { gateway }) };
}
