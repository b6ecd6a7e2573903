import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../system/command.ts';
import { fileExists, textOf, writeWhole } from '../system/files.ts';
import { fabricNamespace, type LabLocation, labPaths } from './names.ts';
import type { LabNode } from './state.ts';

/** Makes the lab's key pair, the nodes' host keys and the operator's password; what is there stays. */
export async function ensureKeys(location: LabLocation, nodes: readonly string[]): Promise<void> {
  const paths = labPaths(location);
  await mkdir(paths.hostKeys, { recursive: true, mode: 0o700 });
  await makeKey(paths.key, `cloudwright lab ${location.name}`);
  await Promise.all(nodes.map(async (node) => await makeKey(join(paths.hostKeys, node), `root@${node}`)));
  if (!(await fileExists(paths.operatorPassword))) {
    await writeWhole(paths.operatorPassword, `${randomBytes(15).toString('base64url')}\n`, 0o600);
  }
}

async function makeKey(path: string, comment: string): Promise<void> {
  if (await fileExists(`${path}.pub`)) return;
  await rm(path, { force: true }); // a private key without its public half: a crash came between the two
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path], {
    doing: 'make an ssh key for the lab',
  });
}

/** Writes known_hosts and ssh_config: the lab makes the host keys itself, so each is checked from the first contact. */
export async function writeSshFiles(location: LabLocation, nodes: readonly LabNode[]): Promise<void> {
  const paths = labPaths(location);
  const known: string[] = [];
  for (const node of nodes) {
    const key = (await textOf(join(paths.hostKeys, `${node.name}.pub`))).split(' ').slice(0, 2).join(' ');
    known.push(`${node.name},${Object.values(node.addresses).join(',')} ${key}`);
  }
  await writeWhole(paths.knownHosts, `${known.join('\n')}\n`, 0o600);
  await writeWhole(paths.sshConfig, sshConfig(location, nodes), 0o600);
}

/** The text of ssh_config(5). The nodes are reached from within the fabric, since this machine has no route to them. */
export function sshConfig(location: LabLocation, nodes: readonly LabNode[]): string {
  const paths = labPaths(location);
  const stanzas = nodes.map(
    (node) => `Host ${node.name} ${node.addresses.management}
  HostName ${node.addresses.management}
  HostKeyAlias ${node.name}
`,
  );
  const names = nodes.flatMap((node) => [node.name, node.addresses.management]);
  return `${stanzas.join('\n')}
Host ${names.join(' ')}
  User root
  IdentityFile ${paths.key}
  IdentitiesOnly yes
  UserKnownHostsFile ${paths.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 10
  LogLevel ERROR
  ProxyCommand nsenter --net=/run/netns/${fabricNamespace(location.name)} socat - TCP:%h:%p
`;
}
