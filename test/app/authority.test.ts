import { expect, it } from 'vitest';
import { trustedAuthority } from '../../src/app/authority.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { type Credential, makeCertificate, makeKey } from '../../src/vault/certificate.ts';
import { threeControls } from '../steps/clouds.ts';

async function signed(subject: string, authority: boolean, issuer?: Credential): Promise<Credential> {
  const key = makeKey();
  const request = { subject, key, authority, addresses: [], names: [], days: 30, now: new Date() };
  return { key, certificate: await makeCertificate({ ...request, ...(issuer && { issuer }) }) };
}

const cloudWith = (certificate: string, authority: string): Cloud => {
  const { cloud } = threeControls();
  return {
    ...cloud,
    secrets: { ...cloud.secrets, tls_certificate: certificate, tls_ca_certificate: authority },
  };
};

it('is the vault’s where it signed the certificate, itself or through another', async () => {
  const root = await signed('root', true);
  const between = await signed('between', true, root);
  const direct = await signed('cloud', false, root);
  const chained = await signed('cloud', false, between);
  expect(trustedAuthority(cloudWith(direct.certificate, root.certificate))).toBe(root.certificate);
  const chain = `${chained.certificate}${between.certificate}`;
  expect(trustedAuthority(cloudWith(chain, root.certificate))).toBe(root.certificate);
});

it('is left to the machine where another one signed it', async () => {
  const root = await signed('root', true);
  const other = await signed('public', true);
  const own = await signed('cloud.example.org', false, other);
  expect(trustedAuthority(cloudWith(own.certificate, root.certificate))).toBeUndefined();
});
