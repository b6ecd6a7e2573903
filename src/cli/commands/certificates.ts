import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

const DOMAINS = ['public', 'balancer', 'database', 'messaging', 'ovn', 'hypervisor', 'gateway'] as const;

export const certificatesCommand: Command = {
  name: 'certificates',
  purpose: 'manage',
  summary: 'lists certificates with their last day; renew makes new ones',
  details:
    'Reads the vault and reaches no host. With renew, new keys and certificates are put into the vault, signed by the ' +
    'same authorities; the next apply brings them to the hosts, one host after another where a service must restart. ' +
    'A certificate of your own stays.',
  arguments: [{ name: 'ACTION', summary: 'renew', choices: ['renew'] }],
  options: [
    { name: 'domain', value: 'NAME', summary: 'only those of this purpose', choices: DOMAINS },
    { name: 'host', value: 'NAME', summary: 'only those of this host' },
  ],
  examples: [
    { line: 'cloudwright certificates', says: 'what there is, and how many days are left' },
    {
      line: 'cloudwright certificates renew --domain ovn && cloudwright apply',
      says: 'replace those of OVN',
    },
  ],
  async run(context, input) {
    const [{ certificateDomains, listCertificates, renew }, { formatCertificates }, { count }] =
      await Promise.all([
        import('../../app/certificates.ts'),
        import('../print/certificates.ts'),
        import('../print/duration.ts'),
      ]);
    const file = findDescription(context);
    const host = input.option('host');
    const domain = certificateDomains.find((name) => name === input.option('domain'));
    if (input.argument('ACTION') === 'renew') {
      const renewed = await renew({ file, domain, host }, context.caller);
      return {
        exitCode: 0,
        data: { renewed },
        text: () =>
          `Made ${count(renewed.length, 'certificate')}. Bring ${renewed.length === 1 ? 'it' : 'them'} to the hosts with cloudwright apply.\n`,
      };
    }
    const certificates = await listCertificates({ file, domain, host }, context.caller);
    return {
      exitCode: certificates.some(({ state }) => state === 'ended') ? 1 : 0,
      data: { certificates },
      text: () => formatCertificates(certificates, context.terminal.colors),
      essential: true,
    };
  },
};
