import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Confidential } from '../../../src/secrets/confidential.ts';
import { keyFileOf } from '../../../src/vault/keys.ts';
import { parseVault, readVault, setInVault, writeVault } from '../../../src/vault/secrets.ts';
import { publicChained, secretKind } from '../../../src/vault/table.ts';

async function keyOf(folder: string): Promise<Confidential> {
  return new Confidential((await readFile(keyFileOf(folder), 'utf8')).trim());
}

/** Puts values into a vault that its key file opens. */
export async function putIntoVault(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  const key = await keyOf(folder);
  const { text, label } = await readVault(folder, key);
  await writeVault(folder, setInVault(text, new Map(Object.entries(values))), key, { label });
}

export interface Needle {
  readonly secret: string;
  readonly text: string;
}

/**
 * What must be found nowhere: every secret of the vault that is not public, and the key of the vault. Of a private
 * key each line that is its own: the first ones are alike in all keys.
 */
export async function secretNeedles(folder: string): Promise<readonly Needle[]> {
  const key = await keyOf(folder);
  const needles: Needle[] = [{ secret: 'vault key', text: key.reveal() }];
  for (const [secret, value] of parseVault((await readVault(folder, key)).text)) {
    if (secretKind(secret)?.public || publicChained.has(secret)) continue;
    const lines = value.trim().split('\n');
    // Of a key on an elliptic curve the third line is the public key, which its certificate has too.
    const isCurve = lines[0] === '-----BEGIN PRIVATE KEY-----' && lines.length === 5;
    const own = lines.length === 1 ? lines : lines.slice(2, isCurve ? 3 : -1);
    for (const text of own) if (text.length >= 8) needles.push({ secret, text });
  }
  return needles;
}

/** Names of the secrets that a text holds. */
export function secretsIn(text: string, needles: readonly Needle[]): string[] {
  return [...new Set(needles.flatMap((needle) => (text.includes(needle.text) ? [needle.secret] : [])))];
}

export interface ProcessWatch {
  /** `secret: command line up to its first secret`, each once. */
  readonly found: ReadonlySet<string>;
  /** Command lines looked at. */
  readonly looks: number;
  stop(): void;
}

/**
 * Looks through the command lines of all processes again and again. This machine sees the processes of its lab's
 * nodes as well as its own.
 */
export function watchProcesses(needles: readonly Needle[], everyMilliseconds = 50): ProcessWatch {
  const found = new Set<string>();
  let looks = 0;
  const look = (): void => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      const line = commandLine(pid);
      if (line === '') continue;
      looks += 1;
      for (const { secret, text } of needles) {
        const at = line.indexOf(text);
        if (at >= 0) found.add(`${secret}: ${line.slice(0, at)}…`);
      }
    }
  };
  const timer = setInterval(look, everyMilliseconds);
  return {
    found,
    get looks() {
      return looks;
    },
    stop: () => clearInterval(timer),
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Every file of a folder, by its path. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
