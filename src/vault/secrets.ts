import { readFile } from 'node:fs/promises';
import { isMap, isScalar, parseDocument, Scalar } from 'yaml';
import type { DescribedCloud } from '../cloud/build.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { PairedSecretName, Secrets } from '../cloud/secrets.ts';
import { CloudwrightError, fail, type Problem, problem } from '../errors/problem.ts';
import { Confidential, type Text } from '../secrets/confidential.ts';
import { certificateFits, certificateServes, commonNameOf, makeCertificate, makeKey } from './certificate.ts';
import { writePrivate } from './files.ts';
import { decryptVault, encryptVault, isVault, labelOf } from './format.ts';
import { vaultFileOf } from './password.ts';
import { makeSshKeyPair } from './ssh-key.ts';
import { chainedSecrets, defaultPasswords, publicChained, singleSecrets, userSecrets } from './table.ts';

/** What a vault holds, by name; unknown names are kept. */
export type VaultContents = ReadonlyMap<string, string>;

export interface EnsuredSecrets {
  readonly secrets: Secrets;
  /** Put in by the operator. */
  readonly sshPassword?: Confidential;
  readonly sudoPassword?: Confidential;
  /** Names that were generated just now. */
  readonly made: readonly string[];
}

/** Server certificates are renewed when they have fewer days left. */
const RENEW_DAYS = 30;
const SERVER_DAYS = 825;
const AUTHORITY_DAYS = 3650;

/** The decrypted text of the folder's vault. Fails with VAULT_MISSING, _UNREADABLE, _FORMAT, _PASSWORD_WRONG. */
export async function readVault(
  folder: string,
  password: Confidential,
): Promise<{ text: string; label?: string }> {
  const file = vaultFileOf(folder);
  let envelope: string;
  try {
    envelope = await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (reason === 'ENOENT') return fail('VAULT_MISSING', { details: { file } });
    return fail('VAULT_UNREADABLE', { details: { file, reason } });
  }
  if (!isVault(envelope)) {
    return fail('VAULT_FORMAT', { details: { file, reason: 'its first line is not a vault header' } });
  }
  const label = labelOf(envelope);
  return { text: decryptVault(envelope, password.reveal(), file), ...(label !== undefined && { label }) };
}

/** Encrypts and writes the vault, atomically and for its owner alone. */
export async function writeVault(
  folder: string,
  text: string,
  password: Confidential,
  label?: string,
): Promise<void> {
  const options = label === undefined ? {} : { label };
  await writePrivate(vaultFileOf(folder), encryptVault(text, password.reveal(), options));
}

/** Reads the names and values of a decrypted vault. No message holds a value. Fails with VAULT_CONTENT. */
export function parseVault(text: string): VaultContents {
  const wrong = (reason: string): never => fail('VAULT_CONTENT', { details: { reason } });
  // The failsafe schema leaves every scalar as the text it is written as: 0123 stays 0123.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    return wrong(`line ${line} is not valid YAML (${error.code})`);
  }
  const found = new Map<string, string>();
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === ''))
    return found;
  if (!isMap(document.contents)) return wrong('it is not a map');
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key) || typeof key.value !== 'string') return wrong('a name is not text');
    if (value === null || (isScalar(value) && value.value === '')) continue;
    const known = key.value in singleSecrets || isKnownOther(key.value);
    if (isScalar(value) && typeof value.value === 'string') found.set(key.value, value.value);
    else if (known) return wrong(`${key.value} is not text`);
  }
  return found;
}

function isKnownOther(name: string): boolean {
  return [...chainedSecrets, ...userSecrets].some((known) => known === name);
}

/**
 * Puts values into a vault's text, leaving all other lines, names and comments as they are. The result is read alike
 * by YAML 1.1, which Ansible uses: values are quoted.
 */
export function setInVault(text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return text;
  const document = parseDocument(text.trim() === '' ? '{}' : text, { logLevel: 'silent' });
  if (isMap(document.contents)) document.contents.flow = false;
  for (const [name, value] of values) {
    const scalar = new Scalar(value);
    scalar.type = value.includes('\n') ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
    document.set(name, scalar);
  }
  return document.toString({ lineWidth: 0 });
}

/** Reads the vault and fails where a value put in by hand is unfit; makes nothing. */
export async function loadSecrets(folder: string, password: Confidential): Promise<VaultContents> {
  const contents = parseVault((await readVault(folder, password)).text);
  const problems = checkSecrets(contents, vaultFileOf(folder));
  if (problems.length > 0) throw new CloudwrightError(problems);
  return contents;
}

/** What is wrong with the values in a vault (A9). Messages name the secret, never its value. */
export function checkSecrets(contents: VaultContents, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const [name, kind] of Object.entries(singleSecrets)) {
    const value = contents.get(name);
    if (value === undefined) continue;
    const least = kind.least ?? 1;
    if (value.length < least || (kind.least !== undefined && defaultPasswords.has(value.toLowerCase()))) {
      problems.push(problem('VAULT_SECRET_WEAK', { details: { name, least, file } }));
    } else if (!kind.pattern.test(value)) {
      problems.push(problem('VAULT_SECRET_FORM', { details: { name, form: kind.form } }));
    }
  }
  for (const name of userSecrets) {
    const value = contents.get(name);
    if (value === undefined || !/[\n\r\0]/.test(value)) continue;
    problems.push(problem('VAULT_SECRET_FORM', { details: { name, form: 'one line' } }));
  }
  for (const [first, second] of [
    ['tls_ca_key', 'tls_ca_certificate'],
    ['tls_key', 'tls_certificate'],
    ['nova_ssh_private_key', 'nova_ssh_public_key'],
  ] as const) {
    const [a, b] = [contents.get(first), contents.get(second)];
    if ((a === undefined) !== (b === undefined)) {
      const [present, missing] = a === undefined ? [second, first] : [first, second];
      problems.push(problem('VAULT_SECRETS_PARTIAL', { details: { present, missing } }));
    } else if (a !== undefined && b !== undefined && first.startsWith('tls') && !certificateFits(b, a)) {
      problems.push(
        problem('VAULT_SECRET_FORM', { details: { name: second, form: `a PEM certificate of ${first}` } }),
      );
    }
  }
  return problems;
}

/**
 * Reads the vault of the cloud's folder, makes what is missing and writes it back (A9). A vault that does not exist
 * yet is made. The server certificate is made again when an address is missing in it or it is about to end.
 */
export async function ensureSecrets(
  cloud: DescribedCloud,
  password: Confidential,
  now: Date = new Date(),
): Promise<EnsuredSecrets> {
  const { text, label } = await readVault(cloud.folder, password).catch((error: unknown) => {
    const missing = error instanceof CloudwrightError && error.problems[0]?.code === 'VAULT_MISSING';
    if (!missing) throw error;
    return { text: `# Secrets of the cloud ${cloud.name}.\n`, label: undefined };
  });
  const contents = parseVault(text);
  const problems = checkSecrets(contents, vaultFileOf(cloud.folder));
  if (problems.length > 0) throw new CloudwrightError(problems);
  const made = makeMissing(contents, cloud, now);
  if (made.size > 0) await writeVault(cloud.folder, setInVault(text, made), password, label);
  return assemble(new Map([...contents, ...made]), [...made.keys()]);
}

/** Every address at which the dashboard and the console proxy answer. */
export function tlsAddresses(cloud: Pick<DescribedCloud, 'networks' | 'hosts'>): readonly string[] {
  const { management, service } = cloud.networks;
  const controls = cloud.hosts.filter((host) => host.roles.has('control'));
  const own = controls.flatMap((host) => [host.addresses.management, host.addresses.service]);
  const all = [management.vip, service?.vip, ...own].filter((address) => address !== undefined);
  return [...new Set(all)];
}

/** The secrets that are not there yet, or no longer serve. Pure but for chance. */
export function makeMissing(contents: VaultContents, cloud: DescribedCloud, now: Date): Map<string, string> {
  const made = new Map<string, string>();
  for (const [name, kind] of Object.entries(singleSecrets)) {
    if (!contents.has(name)) made.set(name, kind.make());
  }
  if (!contents.has('nova_ssh_private_key')) {
    const pair = makeSshKeyPair(`nova@${cloud.name}`);
    made.set('nova_ssh_private_key', pair.privateKey);
    made.set('nova_ssh_public_key', pair.publicKey);
  }
  const authorityName = `${cloud.name} authority`;
  let authorityKey = contents.get('tls_ca_key');
  let authority = contents.get('tls_ca_certificate');
  if (!authorityKey || !authority) {
    authorityKey = makeKey();
    authority = makeCertificate({
      subject: authorityName,
      issuer: authorityName,
      key: authorityKey,
      issuerKey: authorityKey,
      authority: true,
      addresses: [],
      names: [],
      days: AUTHORITY_DAYS,
      now,
    });
    made.set('tls_ca_key', authorityKey);
    made.set('tls_ca_certificate', authority);
  }
  const addresses = tlsAddresses(cloud);
  const present = contents.get('tls_certificate');
  if (!present || !certificateServes(present, authority, addresses, RENEW_DAYS, now)) {
    const key = contents.get('tls_key') ?? makeKey();
    made.set('tls_key', key);
    made.set(
      'tls_certificate',
      makeCertificate({
        subject: cloud.name,
        issuer: commonNameOf(authority) ?? authorityName,
        key,
        issuerKey: authorityKey,
        authority: false,
        addresses,
        names: [`${cloud.name}.local`],
        days: SERVER_DAYS,
        now,
      }),
    );
  }
  return made;
}

function assemble(contents: VaultContents, made: readonly string[]): EnsuredSecrets {
  const secrets: Record<string, Text> = {};
  for (const [name, kind] of Object.entries(singleSecrets)) {
    const value = contents.get(name) ?? '';
    secrets[name] = kind.public ? value : new Confidential(value);
  }
  for (const name of chainedSecrets) secrets[name] = chainedText(name, contents.get(name) ?? '');
  const ssh = contents.get('ssh_password');
  const sudo = contents.get('sudo_password');
  return {
    secrets: Object.freeze(secrets) as Secrets,
    made,
    ...(ssh !== undefined && { sshPassword: new Confidential(ssh) }),
    ...(sudo !== undefined && { sudoPassword: new Confidential(sudo) }),
  };
}

function chainedText(name: PairedSecretName, value: string): Text {
  return publicChained.has(name) ? value : new Confidential(value);
}

/** The described cloud with its secrets: the value that everything after reading works with. */
export function withSecrets(cloud: DescribedCloud, ensured: EnsuredSecrets): Cloud {
  const { secrets, sshPassword, sudoPassword } = ensured;
  const ssh = {
    ...cloud.ssh,
    ...(sshPassword && { password: sshPassword }),
    // One password often serves both.
    ...((sudoPassword ?? sshPassword) && { sudoPassword: sudoPassword ?? sshPassword }),
  };
  return Object.freeze({ ...cloud, ssh: Object.freeze(ssh) as Cloud['ssh'], secrets });
}
