import type { DescribedCloud } from '../cloud/build.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { PairedSecretName, Secrets } from '../cloud/secrets.ts';
import { CloudwrightError, type Problem, problem } from '../errors/problem.ts';
import { Confidential, type Text } from '../secrets/confidential.ts';
import { writePrivate } from './files.ts';
import { encryptVault } from './format.ts';
import { hostCertificates } from './hostCertificates.ts';
import { keyFileOf, retireKey, vaultFileOf } from './keys.ts';
import { refuseShortPassword, saveKeyFile, shortPasswordProblems, type VaultPassword } from './password.ts';
import { checkedVault, readVault, setInVault, type VaultContents } from './secrets.ts';
import { makeSshKeyPair } from './ssh-key.ts';
import { chainedSecrets, DOMAIN_CREDENTIAL, missingSecrets, publicChained, secretKind } from './table.ts';
import { tlsSecrets } from './tls.ts';

export interface VaultOptions {
  /**
   * Whether a vault may be made where there is none. Only for `init`, `vault make`, `up` and the first `apply`:
   * new secrets for a cloud that exists would destroy it.
   */
  readonly mayCreate: boolean;
  readonly now?: Date;
  /** Values for a new vault; what is left out is generated. */
  readonly given?: ReadonlyMap<string, string>;
}

/** The secrets of a cloud: those of its vault, completed in memory by what is missing there. */
export interface OpenVault {
  readonly secrets: Secrets;
  /** From the operator. */
  readonly sshPassword?: Confidential;
  readonly sudoPassword?: Confidential;
  /** There is no vault file yet. */
  readonly isNew: boolean;
  /** Names of the secrets that were generated; only `commit` keeps them. */
  readonly generated: readonly string[];
  readonly warnings: readonly Problem[];
  /**
   * Writes what was generated: a new key file first, then the vault, each all or nothing. Returns what the operator
   * should hear. Does nothing the second time. Fails with VAULT_CHANGED when the vault was written in between,
   * and with VAULT_UNREADABLE.
   */
  commit(): Promise<readonly string[]>;
}

/**
 * Reads the vault beside the description and generates in memory what is missing. Nothing is written before `commit`.
 * Fails with VAULT_MISSING, VAULT_CERTIFICATE_VIRTUAL, _UNREADABLE, _FORMAT, _PASSWORD_*,
 * _KEY_EARLIER, _CONTENT, _SECRET_* and _SECRETS_PARTIAL.
 */
export async function openVault(
  cloud: DescribedCloud,
  found: VaultPassword,
  options: VaultOptions,
): Promise<OpenVault> {
  const file = vaultFileOf(cloud.folder);
  const read = await readOrStart(cloud, found, options);
  const contents = checkedVault(read.text, file);
  const { generated, warnings: certificates } = await generateMissing(
    contents,
    cloud,
    options.now ?? new Date(),
  );
  const errors = certificates.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new CloudwrightError(errors);
  const isNew = read.envelope === undefined;
  const warnings = [...certificates, ...shortPasswordProblems(found.password)];
  let committed = false;
  async function commit(): Promise<readonly string[]> {
    if (committed || (!isNew && generated.size === 0)) return [];
    const notes: string[] = [];
    // The key of a vault that is gone would be tried before this password is asked for.
    if (isNew && found.source !== 'key') await retireKey(cloud.folder, keyFileOf(cloud.folder));
    const key = await saveKeyFile(found);
    if (key !== undefined) {
      notes.push(
        `A key for the vault was made: ${key}. Keep a copy in a safe place; without it the secrets are lost.`,
      );
    }
    const label = read.label === undefined ? {} : { label: read.label };
    const envelope = encryptVault(setInVault(read.text, generated), found.password.reveal(), label);
    await writePrivate(file, envelope, { expected: read.envelope ?? null });
    committed = true;
    // In a vault that was there before, these are what a newer description or version needs.
    const what = isNew
      ? `${generated.size} secrets`
      : `Secrets that the vault did not have (${listed([...generated.keys()])})`;
    notes.push(`${what} were generated into ${file}.`);
    return notes;
  }
  return {
    ...assemble(new Map([...contents, ...generated])),
    isNew,
    generated: [...generated.keys()],
    warnings,
    commit,
  };
}

/** Names of secrets; those of hosts' certificates, of which there are many, as a number. */
function listed(names: readonly string[]): string {
  const certificates = names.filter((name) => DOMAIN_CREDENTIAL.test(name)).length;
  const others = names.filter((name) => !DOMAIN_CREDENTIAL.test(name));
  const count = certificates > 0 ? [`${certificates} keys and certificates of the hosts`] : [];
  return [...others, ...count].join(', ');
}

/** The described cloud with its secrets: the value that everything after reading works with. */
export function withSecrets(
  cloud: DescribedCloud,
  vault: Pick<OpenVault, 'secrets' | 'sshPassword' | 'sudoPassword'>,
): Cloud {
  const { secrets, sshPassword, sudoPassword } = vault;
  const ssh = {
    ...cloud.ssh,
    ...(sshPassword && { password: sshPassword }),
    // One password often serves both.
    ...((sudoPassword ?? sshPassword) && { sudoPassword: sudoPassword ?? sshPassword }),
  };
  return Object.freeze({ ...cloud, ssh: Object.freeze(ssh) as Cloud['ssh'], secrets });
}

async function readOrStart(
  cloud: DescribedCloud,
  { password }: VaultPassword,
  { mayCreate, given = new Map() }: VaultOptions,
): Promise<{ text: string; label?: string; envelope?: string }> {
  try {
    return await readVault(cloud.folder, password);
  } catch (error) {
    const missing = error instanceof CloudwrightError && error.problems[0]?.code === 'VAULT_MISSING';
    if (!missing || !mayCreate) throw error;
    // Otherwise it is noticed only when the vault is written.
    refuseShortPassword(password);
    return { text: setInVault(`# Secrets of the cloud ${cloud.name}.\n`, given) };
  }
}

async function generateMissing(contents: VaultContents, cloud: DescribedCloud, now: Date) {
  const generated = new Map<string, string>();
  for (const name of missingSecrets(new Set(contents.keys()))) {
    const kind = secretKind(name);
    if (kind) generated.set(name, kind.make());
  }
  if (!contents.has('nova_ssh_private_key')) {
    const pair = makeSshKeyPair(`nova@${cloud.name}`);
    generated.set('nova_ssh_private_key', pair.privateKey);
    generated.set('nova_ssh_public_key', pair.publicKey);
  }
  const tls = await tlsSecrets(contents, cloud, now);
  const hosts = await hostCertificates(contents, cloud, now);
  const certificates = new Map([...tls.generated, ...hosts]);
  const renewed = [...certificates.keys()].filter(
    (name) => name.endsWith('_certificate') && contents.has(name),
  );
  const due =
    renewed.length > 0
      ? [
          problem('VAULT_CERTIFICATES_RENEW', {
            severity: 'warning',
            details: { names: renewed.join(', ') },
          }),
        ]
      : [];
  return { generated: new Map([...generated, ...certificates]), warnings: [...tls.warnings, ...due] };
}

function assemble(contents: VaultContents): Pick<OpenVault, 'secrets' | 'sshPassword' | 'sudoPassword'> {
  const secrets: Record<string, Text> = {};
  for (const [name, value] of contents) {
    const kind = secretKind(name);
    if (kind) secrets[name] = kind.public ? value : new Confidential(value);
  }
  for (const name of chainedSecrets) secrets[name] = pairedText(name, contents.get(name) ?? '');
  const ssh = contents.get('ssh_password');
  const sudo = contents.get('sudo_password');
  return {
    secrets: Object.freeze(secrets) as Secrets,
    ...(ssh !== undefined && { sshPassword: new Confidential(ssh) }),
    ...(sudo !== undefined && { sudoPassword: new Confidential(sudo) }),
  };
}

function pairedText(name: PairedSecretName, value: string): Text {
  return publicChained.has(name) ? value : new Confidential(value);
}
