import { relative } from 'node:path';
import type { Cloud } from '../../cloud/cloud.ts';
import type { LabState } from '../../lab/index.ts';
import type { CredentialFiles } from '../credentialFiles.ts';
import type { Colors } from '../terminal.ts';

export interface NextStepsInput {
  readonly cloud: Cloud;
  readonly lab: LabState;
  readonly files: CredentialFiles;
  /** The description; paths are shown relative to `folder`. */
  readonly description: string;
  readonly folder: string;
}

/** What to do with a trial cloud now: how to reach, use, look at and remove it. */
export function nextSteps(input: NextStepsInput): Readonly<Record<string, string>> {
  const { cloud, lab, files, folder } = input;
  const near = (path: string): string =>
    relative(folder, path).startsWith('..') ? path : relative(folder, path);
  const description = near(input.description);
  const vip = cloud.networks.management.vip;
  const node = cloud.hosts[0]?.name ?? '';
  const port = cloud.dashboardPort;
  const name = lab.name === 'lab' ? '' : ` --lab ${lab.name}`;
  return {
    ...(cloud.services.has('dashboard') && {
      dashboard: `https://${vip}:${port}/`,
      'reach it': `ssh -F ${lab.sshConfig} -N -L ${port}:${vip}:${port} ${node}, then https://localhost:${port}/`,
    }),
    'log in': `domain Default, user admin; password: cloudwright vault view -f ${description} | grep admin_password`,
    credentials: `${near(files.openrc)}, ${near(files.cloudsYaml)} (clouds ${cloud.name} and ${cloud.name}-demo)`,
    'use it': `ip netns exec ${lab.fabricNetns} env OS_CLIENT_CONFIG_FILE=${near(files.cloudsYaml)} openstack --os-cloud ${cloud.name} server list`,
    'enter the machine': `cloudwright lab ssh${name} ${node}`,
    'look at it': `cloudwright status -f ${description}`,
    'take it down': `cloudwright lab down${name}`,
  };
}

export function formatNextSteps(steps: Readonly<Record<string, string>>, colors: Colors): string {
  const width = Math.max(...Object.keys(steps).map((key) => key.length));
  const lines = Object.entries(steps).map(([key, value]) => `  ${colors.dim(key.padEnd(width))}  ${value}`);
  return `${colors.bold('The cloud is up.')}\n\n${lines.join('\n')}\n`;
}
