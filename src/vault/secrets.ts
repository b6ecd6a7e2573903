import { isMap, isScalar, parseDocument, Scalar } from 'yaml';
import { authorityNames, domainNames } from '../cloud/certificates.ts';
import { CloudwrightError, fail, type Problem, problem } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { certificateFits } from './certificate.ts';
import { writePrivate } from './files.ts';
import { decryptVault, encryptVault, labelOf } from './format.ts';
import { earlierKeyOf, readEnvelope, vaultFileOf } from './keys.ts';
import { chainedSecrets, defaultPasswords, ROTATION_MARK, secretKind, userSecrets } from './table.ts';

/** What a vault holds, by name; unknown names are kept. */
export type VaultContents = ReadonlyMap<string, string>;

/** The decrypted text of the folder's vault, and the file as it is. Fails with VAULT_MISSING, _UNREADABLE, _FORMAT, _PASSWORD_WRONG, _KEY_EARLIER. */
export async function readVault(
  folder: string,
  password: Confidential,
): Promise<{ text: string; label?: string; envelope: string }> {
  const file = vaultFileOf(folder);
  const envelope = await readEnvelope(folder);
  if (envelope === undefined) return fail('VAULT_MISSING', { details: { file } });
  const label = labelOf(envelope);
  try {
    const text = decryptVault(envelope, password.reveal(), file);
    return { text, envelope, ...(label !== undefined && { label }) };
  } catch (error) {
    if (!(error instanceof CloudwrightError) || error.problems[0]?.code !== 'VAULT_PASSWORD_WRONG')
      throw error;
    const keyFile = await earlierKeyOf(folder, envelope);
    if (keyFile === undefined) throw error;
    return fail('VAULT_KEY_EARLIER', { details: { file, keyFile } });
  }
}

/**
 * Encrypts and writes the vault, all or nothing and for its owner alone. `expected` is the file as it was read; null:
 * there was none. Fails with VAULT_CHANGED where it was written in the meantime.
 */
export async function writeVault(
  folder: string,
  text: string,
  password: Confidential,
  { label, expected }: { label?: string | undefined; expected?: string | null } = {},
): Promise<void> {
  const envelope = encryptVault(text, password.reveal(), label === undefined ? {} : { label });
  await writePrivate(vaultFileOf(folder), envelope, expected === undefined ? {} : { expected });
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
    const known = secretKind(key.value) !== undefined || isKnownOther(key.value);
    if (isScalar(value) && typeof value.value === 'string') found.set(key.value, value.value);
    else if (known) return wrong(`${key.value} is not text`);
  }
  return found;
}

function isKnownOther(name: string): boolean {
  return [...chainedSecrets, ...userSecrets, ROTATION_MARK].some((known) => known === name);
}

/** The same where the values must be valid. Throws VAULT_CONTENT, VAULT_SECRET_*, VAULT_SECRETS_PARTIAL. */
export function checkedVault(text: string, file: string): VaultContents {
  const contents = parseVault(text);
  const problems = checkSecrets(contents, file);
  if (problems.length > 0) throw new CloudwrightError(problems);
  return contents;
}

/**
 * Puts values into a vault's text, and takes those out that are undefined, leaving all other lines, names and comments as they are. The result is read alike
 * by YAML 1.1, which Ansible uses: values are quoted.
 */
export function setInVault(text: string, values: ReadonlyMap<string, string | undefined>): string {
  if (values.size === 0) return text;
  const document = parseDocument(text.trim() === '' ? '{}' : text, { logLevel: 'silent' });
  if (isMap(document.contents)) document.contents.flow = false;
  for (const [name, value] of values) {
    if (value === undefined) {
      document.delete(name);
      continue;
    }
    const scalar = new Scalar(value);
    scalar.type = value.includes('\n') ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
    document.set(name, scalar);
  }
  return document.toString({ lineWidth: 0 });
}

/** What is wrong with the values in a vault. Messages name the secret, never its value. */
export function checkSecrets(contents: VaultContents, file: string): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of contents) {
    const kind = secretKind(name);
    if (!kind) continue;
    const least = kind.least ?? 1;
    if (value.length < least || (kind.least !== undefined && defaultPasswords.has(value.toLowerCase()))) {
      problems.push(problem('VAULT_SECRET_WEAK', { details: { name, least, file } }));
    } else if (!kind.pattern.test(value)) {
      problems.push(problem('VAULT_SECRET_FORM', { details: { name, form: kind.form } }));
    }
  }
  const rotated = contents.get(ROTATION_MARK);
  if (rotated !== undefined && Number.isNaN(Date.parse(rotated))) {
    const form = 'a time such as 2026-01-31T12:00:00Z';
    problems.push(problem('VAULT_SECRET_FORM', { details: { name: ROTATION_MARK, form } }));
  }
  for (const name of userSecrets) {
    const value = contents.get(name);
    if (value === undefined || !/[\n\r\0]/.test(value)) continue;
    problems.push(problem('VAULT_SECRET_FORM', { details: { name, form: 'one line' } }));
  }
  for (const domain of domainNames) {
    const { key, certificate } = authorityNames(domain);
    if (contents.has(key) === contents.has(certificate)) continue;
    // A new authority beside the old one's certificates would cut the hosts off from one another.
    const [present, missing] = contents.has(key) ? [key, certificate] : [certificate, key];
    problems.push(problem('VAULT_SECRETS_PARTIAL', { details: { present, missing } }));
  }
  for (const [first, second] of [
    ['tls_ca_key', 'tls_ca_certificate'],
    ['tls_key', 'tls_certificate'],
    ['nova_ssh_private_key', 'nova_ssh_public_key'],
  ] as const) {
    const [a, b] = [contents.get(first), contents.get(second)];
    // An operator's own authority comes without its key, together with a certificate that it has signed.
    const ownAuthority = first === 'tls_ca_key' && a === undefined && contents.has('tls_certificate');
    if ((a === undefined) !== (b === undefined)) {
      if (ownAuthority) continue;
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
