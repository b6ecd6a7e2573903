import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { fail } from '../errors/problem.ts';

/** Lines of the hexadecimal body are this long. */
const WIDTH = 80;
const HEADER = /^\$ANSIBLE_VAULT;(1\.1;AES256|1\.2;AES256;[^\s;]+)[ \t]*$/;

/**
 * Encrypts text as `ansible-vault` does, format 1.1: AES-256 in counter mode over PKCS #7 padded text, HMAC-SHA-256
 * over the ciphertext, keys from PBKDF2-HMAC-SHA-256 with 10000 rounds. With a label the header is 1.2's.
 * `salt` (32 bytes) is for tests.
 */
export function encryptVault(
  text: string,
  password: string,
  options: { label?: string; salt?: Buffer } = {},
): string {
  if (password === '') fail('VAULT_PASSWORD_EMPTY');
  const salt = options.salt ?? randomBytes(32);
  const keys = deriveKeys(password, salt);
  const plain = Buffer.from(text, 'utf8');
  const padding = 16 - (plain.length % 16);
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter);
  const ciphertext = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]);
  const code = createHmac('sha256', keys.hmac).update(ciphertext).digest();
  const inner = [salt, code, ciphertext].map((part) => part.toString('hex')).join('\n');
  const body = Buffer.from(inner, 'ascii').toString('hex');
  const header = options.label === undefined ? '1.1;AES256' : `1.2;AES256;${options.label}`;
  const rows: string[] = [`$ANSIBLE_VAULT;${header}`];
  for (let start = 0; start < body.length; start += WIDTH) rows.push(body.slice(start, start + WIDTH));
  return `${rows.join('\n')}\n`;
}

/**
 * Decrypts formats 1.1 and 1.2. Fails with VAULT_FORMAT when the envelope is not one, VAULT_PASSWORD_WRONG when
 * the code does not match; nothing is decrypted before it does.
 */
export function decryptVault(envelope: string, password: string, file: string): string {
  const [header = '', ...rows] = envelope.replace(/^\uFEFF/, '').split(/\r?\n/);
  const wrong = (reason: string): never => fail('VAULT_FORMAT', { details: { file, reason } });
  if (!HEADER.test(header)) return wrong('its first line is not a vault header');
  const inner = fromHex(rows.map((row) => row.trim()).join(''));
  const parts = inner?.toString('ascii').split('\n') ?? [];
  const [salt, code, ciphertext] = parts.map(fromHex);
  if (parts.length !== 3 || !salt || !code || !ciphertext) return wrong('its body is damaged');
  if (code.length !== 32 || ciphertext.length === 0 || ciphertext.length % 16 !== 0)
    return wrong('its body is cut short');
  const keys = deriveKeys(password, salt);
  const expected = createHmac('sha256', keys.hmac).update(ciphertext).digest();
  if (!timingSafeEqual(code, expected)) return fail('VAULT_PASSWORD_WRONG', { details: { file } });
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) return wrong('its padding is damaged');
  return padded.subarray(0, padded.length - padding).toString('utf8');
}

/** The label of format 1.2, to be kept when the vault is written again. */
export function labelOf(envelope: string): string | undefined {
  return /^\$ANSIBLE_VAULT;1\.2;AES256;([^\s;]+)/.exec(envelope)?.[1];
}

interface Keys {
  readonly cipher: Buffer;
  readonly hmac: Buffer;
  readonly counter: Buffer;
}

function deriveKeys(password: string, salt: Buffer): Keys {
  const derived = pbkdf2Sync(Buffer.from(password, 'utf8'), salt, 10_000, 80, 'sha256');
  return {
    cipher: derived.subarray(0, 32),
    hmac: derived.subarray(32, 64),
    counter: derived.subarray(64, 80),
  };
}

function fromHex(text: string): Buffer | undefined {
  if (text.length === 0 || text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text)) return undefined;
  return Buffer.from(text, 'hex');
}
