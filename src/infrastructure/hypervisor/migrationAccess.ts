import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Platform } from '../../platform/platform.ts';
import { directory, file, MANAGED } from '../../resources/index.ts';
import { plain } from '../../secrets/confidential.ts';

/**
 * Nova's own ssh key on every compute host: cold migration copies disks with it, live migration reaches the other
 * host's libvirt through it. It is of use between the compute hosts alone, at their management addresses.
 */
export function migrationAccess(cloud: Cloud, host: Host, platform: Platform): readonly Resource[] {
  const nova = platform.projects.nova;
  if (!nova) throw new Error(`${platform.title} has no entry for nova`);
  const computes = hostsWith(cloud, 'compute');
  const addresses = computes.map((other) => other.addresses.management);
  const owned = { owner: nova.user, group: nova.group };
  const folder = directory(host.name, `${nova.state}/.ssh`, { ...owned, mode: '0700' });
  const inFolder = { ...owned, mode: '0600', after: [folder] };
  return [
    folder,
    file(host.name, `${nova.state}/.ssh/id_ed25519`, secretOf(cloud, 'nova_ssh_private_key'), inFolder),
    file(
      host.name,
      `${nova.state}/.ssh/authorized_keys`,
      `# ${MANAGED}\nfrom="${addresses.join(',')}",restrict,pty ${publicKey(cloud)}\n`,
      inFolder,
    ),
    file(
      host.name,
      `${nova.state}/.ssh/config`,
      `# ${MANAGED}
Host ${[...computes.map((other) => other.name), ...addresses].join(' ')}
  User ${nova.user}
  Port ${cloud.ssh.port}
  IdentityFile ${nova.state}/.ssh/id_ed25519
  BatchMode yes
  StrictHostKeyChecking accept-new
`,
      inFolder,
    ),
  ];
}

/** Its first line: a second one would be another key, with no restriction. */
function publicKey(cloud: Cloud): string {
  return (
    plain(secretOf(cloud, 'nova_ssh_public_key'))
      .trim()
      .split(/[\r\n]/)[0] ?? ''
  );
}
