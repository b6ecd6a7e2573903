import { expect, it } from 'vitest';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { allResources, files, threeControls } from '../../steps/clouds.ts';

const context = threeControls();

it('is among those that every host trusts', () => {
  const path = '/usr/local/share/ca-certificates/cloudwright-reference.crt';
  const written = files(context).filter((file) => file.path === path);
  expect(written.map(({ host }) => host)).toEqual(context.cloud.hosts.map(({ name }) => name));
  for (const { content } of written) expect(content).toBe('public-tls_ca_certificate');
});

it('is found again by its own text, and taken in anew when that changes', () => {
  const trusted = allResources(context).find(({ id }) => id === 'compute1/command:trusted-authorities');
  if (!trusted) expect.fail('the authority is trusted by nobody');
  const { unless, script, watching } = trusted.desired as CommandDesired;
  expect(unless).toContain('/etc/ssl/certs/ca-certificates.crt');
  expect(script).toBe('/usr/sbin/update-ca-certificates');
  expect(watching).toBe(true);
});
