import type { Cloud } from '../src/cloud/cloud.ts';
import type { Resource } from '../src/engine/resource.ts';
import type { Step } from '../src/engine/step.ts';
import { file } from '../src/resources/file.ts';
import { packages } from '../src/resources/packages.ts';
import { directory } from '../src/resources/paths.ts';
import { service } from '../src/resources/service.ts';

/** 100 things in a state that a node of the lab is in once they were made: 20 packages, 55 files, 20 folders, 5 units. */
export const PACKAGES = [
  ...[
    'base-files',
    'base-passwd',
    'bash',
    'bsdutils',
    'coreutils',
    'dash',
    'debconf',
    'debianutils',
    'diffutils',
  ],
  ...['dpkg', 'findutils', 'grep', 'gzip', 'hostname', 'libc-bin', 'login', 'mount', 'passwd', 'sed', 'tar'],
];
export const FOLDERS = Array.from({ length: 20 }, (_, index) => `/etc/bench/folder${index}`);
export const FILES = Array.from({ length: 55 }, (_, index) => ({
  path: `${FOLDERS[index % FOLDERS.length]}/file${index}.conf`,
  content: `[section${index}]\n${Array.from({ length: 30 }, (_line, line) => `key${line} = value ${index * line}`).join('\n')}\n`,
}));
export const UNITS = ['ssh', 'dbus', 'systemd-journald', 'systemd-logind', 'systemd-networkd'];

export function resourcesOf(host: string, units: readonly string[]): readonly Resource[] {
  const folders = FOLDERS.map((path) => directory(host, path));
  return [
    packages(host, 'all', PACKAGES),
    ...folders,
    ...FILES.map(({ path, content }) => file(host, path, content, { after: folders })),
    ...units.map((unit) => service(host, unit, { enabled: false })),
  ];
}

export function benchStep(units: readonly string[]): Step<Cloud> {
  return {
    name: 'bench',
    title: 'A hundred resources',
    needs: [],
    resources: ({ cloud }) => cloud.hosts.flatMap((host) => resourcesOf(host.name, units)),
    checks: () => [],
  };
}

/** As much of a cloud as the engine looks at. */
export function benchCloud(hosts: readonly string[], configFile: string): Cloud {
  const cloud = {
    name: 'bench',
    hosts: hosts.map((name) => ({
      name,
      sshAddress: name,
      roles: new Set(),
      interfaces: {},
      addresses: {},
      devices: [],
    })),
    ssh: { user: 'root', port: 22, sudo: true, configFile },
    secrets: {},
    clockTolerance: 10,
  };
  return cloud as unknown as Cloud;
}

/** The same as an Ansible author would write it: one task for the list of packages, loops for the rest. */
export function playbook(units: readonly string[]): string {
  return JSON.stringify([
    {
      hosts: 'all',
      gather_facts: true,
      tasks: [
        { name: 'packages', apt: { name: PACKAGES, state: 'present' } },
        {
          name: 'folders',
          file: { path: '{{ item }}', state: 'directory', owner: 'root', group: 'root', mode: '0755' },
          loop: FOLDERS,
        },
        {
          name: 'files',
          copy: {
            dest: '{{ item.path }}',
            content: '{{ item.content }}',
            owner: 'root',
            group: 'root',
            mode: '0644',
          },
          loop: FILES,
          loop_control: { label: '{{ item.path }}' },
        },
        { name: 'units', service: { name: '{{ item }}', state: 'started' }, loop: units },
      ],
    },
  ]);
}
