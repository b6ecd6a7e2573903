import { relative } from 'node:path';
import type { UpAccess } from '../../app/up.ts';
import type { Colors } from '../terminal.ts';

/** What to do with a trial cloud now: how to reach, use, inspect and remove it. Paths are relative to `folder`. */
export function nextSteps(access: UpAccess, folder: string): Readonly<Record<string, string>> {
  const near = (path: string): string =>
    relative(folder, path).startsWith('..') ? path : relative(folder, path);
  const { cloud, vip, dashboardPort: port, node, sshConfig, credentials } = access;
  const description = near(access.description);
  const name = access.lab === 'lab' ? '' : ` --lab ${access.lab}`;
  const cloudsYaml = near(credentials.cloudsYaml);
  return {
    ...(access.dashboard !== undefined && {
      dashboard: access.dashboard,
      tunnel: `ssh -F ${sshConfig} -N -L ${port}:${vip}:${port} ${node}, then https://localhost:${port}/`,
    }),
    'log in': `domain Default, user admin; password: cloudwright vault view -f ${description} | grep admin_password`,
    credentials: `${near(credentials.openrc)}, ${cloudsYaml} (clouds ${cloud} and ${cloud}-demo)`,
    client: `ip netns exec ${access.networkNamespace} env OS_CLIENT_CONFIG_FILE=${cloudsYaml} openstack --os-cloud ${cloud} server list`,
    'enter the host': `cloudwright lab ssh ${node}${name}`,
    status: `cloudwright status -f ${description}`,
    remove: `cloudwright lab down${name}`,
  };
}

export function formatNextSteps(steps: Readonly<Record<string, string>>, colors: Colors): string {
  const width = Math.max(...Object.keys(steps).map((key) => key.length));
  const lines = Object.entries(steps).map(([key, value]) => `  ${colors.dim(key.padEnd(width))}  ${value}`);
  return `${colors.bold('The cloud is up.')}\n\n${lines.join('\n')}\n`;
}
