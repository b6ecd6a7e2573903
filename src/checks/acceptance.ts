import { randomBytes } from 'node:crypto';
import type { Client } from '../api/client.ts';
import type { Emit } from '../engine/event.ts';
import { fail, problem } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { cleanUp } from './acceptance/cleanUp.ts';
import { checkTestClient, type GuestAccess, type TestClient } from './acceptance/guest.ts';
import { type Common, providerRows, tenantRows } from './acceptance/guestRows.ts';
import { loginUserOf, readImageFile, sizeFor } from './acceptance/imageFile.ts';
import { checkRange, type ProviderRange, settleProviderNetwork } from './acceptance/provider.ts';
import { type AcceptanceRow, about, createRows, failed, passed, problemOf } from './acceptance/rows.ts';

export interface AcceptanceInput {
  readonly client: Client;
  readonly provider: ProviderRange;
  readonly image: {
    /** A raw or qcow2 file on this machine. */
    readonly file: string;
    /** Who logs in by key; by default the user that the distribution's images document. */
    readonly user?: string | undefined;
    readonly memoryMiB?: number | undefined;
    readonly diskGiB?: number | undefined;
  };
  /** Undefined where tenant networks exist, else the reason why there are none: their part is left out. */
  readonly noTenantNetworks?: string | undefined;
  /** Reaches the instances from the provider network's side. */
  readonly testClient: TestClient;
  /** In OpenSSH's formats; for the instances of this test alone. */
  readonly keyPair: { readonly publicKey: string; readonly privateKey: Confidential };
  /** Leaves all that was made in place. */
  readonly keep?: boolean;
  readonly emit: Emit;
  /** Stops the test; it still cleans up. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds for an instance to become ACTIVE, and for it to answer then. */
  readonly limits?: { readonly active?: number; readonly answer?: number };
}

/** The acceptance test's answer; plain values, so that it is its own JSON. */
export interface AcceptanceResult {
  /** Everything that the test made has a name that begins with this. */
  readonly name: string;
  readonly ok: boolean;
  readonly rows: readonly AcceptanceRow[];
  readonly milliseconds: number;
  /** What the clean-up could not remove. */
  readonly leftBehind: readonly string[];
  readonly interrupted: boolean;
}

export const TEST_PREFIX = 'cw-test-';

/**
 * Proves the cloud from the outside: an instance on the provider network and one behind a floating address, both
 * reached by ping and ssh, a console, and a volume seen in the guest. Never rejects: every failure is a row, and an event
 * `check-failed`. What was made is removed again, also after a failure or an interruption.
 */
export async function acceptance(input: AcceptanceInput): Promise<AcceptanceResult> {
  const began = Date.now();
  const run = `${TEST_PREFIX}${randomBytes(3).toString('hex')}`;
  const rows = createRows({ emit: input.emit, signal: input.signal });
  plan(input, run, rows);
  const done = [...(await rows.finish())];
  const leftBehind: string[] = [];
  if (!input.keep) {
    const { row, left } = await tidy(input, run);
    done.push(row);
    leftBehind.push(...left);
  }
  return {
    name: run,
    ok: done.every((row) => row.ok),
    rows: done,
    milliseconds: Date.now() - began,
    leftBehind,
    interrupted: input.signal?.aborted ?? false,
  };
}

/** Names every row with what it needs; those that need nothing of one another run side by side. */
function plan(input: AcceptanceInput, run: string, rows: ReturnType<typeof createRows>): void {
  const { client } = input;
  const access: GuestAccess = {
    client,
    testClient: input.testClient,
    user: input.image.user ?? loginUserOf(input.image.file),
    privateKey: input.keyPair.privateKey,
    limitSeconds: input.limits?.answer ?? 180,
    signal: input.signal,
  };

  const file = rows.row('input', 'Image file and address range', {}, async () => {
    checkRange(input.provider);
    const value = await readImageFile(input.image.file);
    const size = Math.ceil(value.length / 1024 ** 2);
    return { value, sentence: `a ${value.format} image of ${size} MiB, addresses ${rangeOf(input)}` };
  });
  const testClient = rows.row('test-client', 'Test client', {}, async () => {
    await checkTestClient(input.testClient);
    return { value: true, sentence: 'ping and ssh are installed' };
  });
  const ready = rows.row('leftovers', 'Leftovers of earlier tests', { file, testClient }, async () => {
    const { removed, leftBehind } = await cleanUp(client, (name) => name.startsWith(TEST_PREFIX));
    const rest = leftBehind.map(({ thing }) => thing).join(', ');
    const gone = removed.length > 0 ? `removed: ${removed.join(', ')}` : 'none';
    return { value: true, sentence: rest === '' ? gone : `${gone}; could not be removed: ${rest}` };
  });
  const provider = rows.row('provider-network', 'Provider network and subnet', { ready }, async () => {
    const value = await settleProviderNetwork(client, input.provider, `${run}-provider`);
    const where = `${value.subnet.cidr} on physical network ${input.provider.physicalNetwork}`;
    const sentence = value.reused
      ? `uses the existing network ${value.network.name}: ${where}`
      : `flat, ${where}, pool ${rangeOf(input)}`;
    return { value, sentence };
  });
  const image = rows.row('image', 'Image upload', { ready, file }, async (have) => {
    const { id } = await client.image.create({
      name: `${run}-image`,
      disk_format: have.file.format,
      container_format: 'bare',
      visibility: 'private',
    });
    await client.image.upload(id, have.file.length, () => have.file.read(), 900);
    const { status } = await client.image.get(id);
    if (status !== 'active') fail('CHECK_IMAGE_STATUS', { details: { name: `${run}-image`, status } });
    return { value: id, sentence: `${have.file.length} bytes stored, status ${status}` };
  });
  const flavor = rows.row('flavor', 'Flavor', { ready, file }, async (have) => {
    const size = sizeFor(have.file);
    const memoryMiB = input.image.memoryMiB ?? size.memoryMiB;
    const diskGiB = input.image.diskGiB ?? size.diskGiB;
    const fields = { name: `${run}-flavor`, ram: memoryMiB, vcpus: 1, disk: diskGiB };
    const { id } = await client.compute.createFlavor({ ...fields, 'os-flavor-access:is_public': true });
    return { value: id, sentence: `1 processor, ${memoryMiB} MiB, ${diskGiB} GiB` };
  });
  const keypair = rows.row('keypair', 'Key pair', { ready }, async () => {
    await client.compute.importKeypair(`${run}-key`, input.keyPair.publicKey);
    return { value: `${run}-key`, sentence: 'Ed25519; the private key stays in this process' };
  });
  const securityGroup = rows.row('security-group', 'Security group', { ready }, async () => {
    const { id } = await client.network.createSecurityGroup({
      name: `${run}-group`,
      description: 'Acceptance test: ping and ssh',
    });
    const rule = { security_group_id: id, direction: 'ingress', ethertype: 'IPv4' };
    await client.network.createSecurityGroupRule({ ...rule, protocol: 'icmp' });
    const ssh = { protocol: 'tcp', port_range_min: 22, port_range_max: 22 };
    await client.network.createSecurityGroupRule({ ...rule, ...ssh });
    return { value: id, sentence: 'allows ping and ssh; the default group is unchanged' };
  });

  const common: Common = {
    run,
    rows,
    access,
    parts: { image, flavor, keypair, securityGroup },
    activeSeconds: input.limits?.active ?? 300,
  };
  providerRows(common, provider);
  tenantRows(common, provider, input.provider.cidr, input.noTenantNetworks);
}

/** Removes what the test has made; its own row. */
async function tidy(
  input: AcceptanceInput,
  run: string,
): Promise<{ readonly row: AcceptanceRow; readonly left: readonly string[] }> {
  const { emit } = input;
  const row = { name: 'clean-up', title: 'Clean-up', began: Date.now() };
  emit({ type: 'check-waiting', ...about(row.name), title: row.title, sentence: '' });
  try {
    const { removed, leftBehind } = await cleanUp(input.client, (other) => other.startsWith(run));
    if (leftBehind.length === 0) {
      return { row: passed(emit, { ...row, sentence: `${removed.length} objects deleted` }), left: [] };
    }
    const left = leftBehind.map(({ thing }) => thing);
    const reason = problem('CHECK_LEFT_BEHIND', {
      details: { count: left.length, things: left.join(', '), reason: leftBehind[0]?.reason ?? '' },
    });
    return { row: failed(emit, { ...row, sentence: `${reason.what} ${reason.why}` }, reason), left };
  } catch (error) {
    const reason = problemOf(error, row.name);
    return { row: failed(emit, { ...row, sentence: reason.what }, reason), left: [`things named ${run}`] };
  }
}

function rangeOf(input: AcceptanceInput): string {
  return `${input.provider.first} to ${input.provider.last}`;
}
