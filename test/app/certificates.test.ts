import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller, NewEvent } from '../../src/app/caller.ts';
import { certificateDomains, listCertificates, renew } from '../../src/app/certificates.ts';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { open } from '../../src/app/open.ts';
import { makeVaultOf } from '../../src/app/vault.ts';
import { certificatesCommand } from '../../src/cli/commands/certificates.ts';
import { lockFile, takeLock } from '../../src/engine/lock.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { setSecrets } from '../../src/vault/actions.ts';
import { isSignedBy, makeAuthority, makeCertificate } from '../../src/vault/certificate.ts';
import { findVaultPassword } from '../../src/vault/password.ts';

const DAY = 86_400_000;

let folder = '';
let file = '';
let caller: Caller;
let emitted: NewEvent[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-certificates-'));
  file = join(folder, 'cloud.yaml');
  writeFileSync(file, renderDescription({ ...defaultAnswers('all-in-one'), trial: true }));
  emitted = [];
  caller = {
    signal: new AbortController().signal,
    environment: {},
    emit: (event) => emitted.push(event as NewEvent),
  };
  await makeVaultOf({ file }, caller);
});
afterEach(() => rmSync(folder, { recursive: true }));

const codeOf = (error: unknown) => (error instanceof CloudwrightError ? error.problems[0]?.code : error);
const secretsNow = async () => (await open(file, caller)).secrets;

/** Puts a certificate of our own authority with these dates in the place of the present one. */
async function replace(name: string, days: number): Promise<void> {
  const secrets = await secretsNow();
  const domain = /^tls_(\w+?)_host/.exec(name)?.[1] ?? '';
  const certificate = await makeCertificate({
    subject: 'control1',
    key: reveal(secrets[name.replace('_certificate', '_key')] ?? ''),
    issuer: {
      key: reveal(secrets[`tls_${domain}_ca_key`] ?? ''),
      certificate: reveal(secrets[`tls_${domain}_ca_certificate`] ?? ''),
    },
    authority: false,
    addresses: [
      '192.168.21.11',
      '192.168.21.100',
      '192.168.20.11',
      '192.168.20.100',
      '192.168.22.11',
      '192.168.24.11',
      '192.168.23.11',
    ],
    names: ['control1'],
    days,
    now: new Date(),
  });
  const found = await findVaultPassword(folder, { environment: {} });
  await setSecrets(folder, found, { [name]: new Confidential(certificate) });
}

describe('the list of certificates', () => {
  it('has every authority and every host of each purpose, and when they end', async () => {
    const listed = await listCertificates({ file }, caller);
    expect(new Set(listed.map(({ domain }) => domain))).toEqual(new Set(certificateDomains));
    for (const { holder, daysLeft, state } of listed) {
      expect(state).toBe('valid');
      expect(daysLeft).toBe(holder === 'authority' ? 3649 : 824);
    }
  });

  it('may be of one purpose or host', async () => {
    const listed = await listCertificates({ file, domain: 'ovn' }, caller);
    expect(listed.map(({ holder }) => holder)).toEqual(['authority', 'control1']);
    expect((await listCertificates({ file, host: 'control1' }, caller)).length).toBe(
      certificateDomains.length - 1,
    );
    const failed = await listCertificates({ file, host: 'nobody' }, caller).catch((error) => error);
    expect(codeOf(failed)).toBe('HOST_UNKNOWN');
  });

  it('is read without writing anything', async () => {
    const before = readFileSync(join(folder, 'vault.yml'));
    await listCertificates({ file }, caller);
    expect(readFileSync(join(folder, 'vault.yml'))).toEqual(before);
  });

  it('shows what the next run renews, of which every command warns', async () => {
    await replace('tls_ovn_host_control1_certificate', 20);
    const listed = await listCertificates({ file }, caller);
    expect(
      listed.filter(({ state }) => state !== 'valid').map(({ domain, state }) => `${domain} ${state}`),
    ).toEqual(['ovn next-apply']);
    const warnings = emitted.flatMap((event) => (event.type === 'problem' ? [event.problem] : []));
    expect(warnings.map(({ code, severity }) => `${code} ${severity}`)).toContain(
      'VAULT_CERTIFICATES_RENEW warning',
    );
    expect(warnings.at(-1)?.what).toContain('tls_ovn_host_control1_certificate');
  });
});

describe('a renewal', () => {
  it('replaces keys and certificates, and leaves the authorities', async () => {
    const before = await secretsNow();
    const renewed = await renew({ file }, caller);
    const after = await secretsNow();
    expect(renewed).toContain('tls_certificate');
    expect(renewed).toHaveLength(certificateDomains.length);
    for (const name of renewed) {
      const key = name.replace(/certificate$/, 'key');
      expect(reveal(after[name] ?? ''), name).not.toBe(reveal(before[name] ?? ''));
      expect(reveal(after[key] ?? ''), key).not.toBe(reveal(before[key] ?? ''));
    }
    for (const [name, value] of Object.entries(before))
      if (name.includes('_ca_')) expect(reveal(after[name] ?? ''), name).toBe(reveal(value));
    expect(isSignedBy(reveal(after.tls_certificate), reveal(before.tls_ca_certificate))).toBe(true);
  });

  it('may be of one purpose and one host alone', async () => {
    expect(await renew({ file, domain: 'ovn', host: 'control1' }, caller)).toEqual([
      'tls_ovn_host_control1_certificate',
    ]);
    expect(await renew({ file, domain: 'public' }, caller)).toEqual(['tls_certificate']);
    expect(codeOf(await renew({ file, host: 'nobody' }, caller).catch((error) => error))).toBe(
      'HOST_UNKNOWN',
    );
  });

  it('leaves a certificate of the operator', async () => {
    const authority = await makeAuthority('elsewhere', new Date(Date.now() - DAY));
    const secrets = await secretsNow();
    const own = await makeCertificate({
      subject: 'cloud.example',
      key: reveal(secrets.tls_key),
      issuer: authority,
      authority: false,
      addresses: ['192.168.21.100', '192.168.20.100'],
      names: ['cloud.example'],
      days: 90,
      now: new Date(),
    });
    const found = await findVaultPassword(folder, { environment: {} });
    await setSecrets(folder, found, { tls_certificate: new Confidential(own) });
    expect(await renew({ file, domain: 'public' }, caller)).toEqual([]);
    expect(reveal((await secretsNow()).tls_certificate)).toBe(own);
    const listed = await listCertificates({ file }, caller);
    expect(listed.find(({ holder }) => holder === 'virtual addresses')?.state).toBe('own');
  });

  it('waits for no run: it is refused while one is under way', async () => {
    const lock = takeLock(lockFile(folder), 'apply');
    const failed = await renew({ file }, caller).catch((error) => error);
    lock.release();
    expect(codeOf(failed)).toBe('RUN_LOCKED');
  });
});

it('takes every purpose on the command line', () => {
  const domain = certificatesCommand.options?.find(({ name }) => name === 'domain');
  expect(domain?.choices).toEqual(certificateDomains);
});
