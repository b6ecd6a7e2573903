import { burritoKeys } from '../src/formats/burrito/keys.ts';
import { importSources } from '../src/formats/import.ts';
import { countOutcomes } from '../src/formats/report.ts';
import type { SourceFile } from '../src/formats/result.ts';

/** Hosts of the inventory and variables beside it; the aim is less than a second for both. */
const HOSTS = 1000;
const VARIABLES = 300;
const AIM_MS = 1000;
const ROUNDS = 5;

function inventory(): string {
  const lines: string[] = [];
  for (let n = 1; n <= HOSTS; n++) {
    const address = `10.${20 + Math.floor(n / 65_000)}.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    lines.push(`node${n} ip=${address} rack=r${n % 40} note='row ${n % 7}'`);
  }
  const group = (name: string, from: number, to: number): void => {
    lines.push('', `[${name}]`, `node[${from}:${to}]`);
  };
  for (const name of ['controller-node', 'network-node', 'kube_control_plane']) group(name, 1, 3);
  group('compute-node', 4, HOSTS - 100);
  for (const name of ['mons', 'mgrs', 'rgws']) group(name, HOSTS - 4, HOSTS);
  group('osds', HOSTS - 99, HOSTS);
  group('clients', 1, HOSTS - 100);
  lines.push(
    '',
    '[all:vars]',
    'ansible_user=deploy',
    '',
    '[ceph:children]',
    'mons',
    'mgrs',
    'osds',
    'rgws',
    'clients',
  );
  return `${lines.join('\n')}\n`;
}

function variables(): string {
  const head = `---
svc_iface_name: eth0
mgmt_iface_name: eth1
provider_iface_name: eth2
overlay_iface_name: eth3
storage_iface_name: eth4
keepalived_vip: 10.20.0.251
ntp_allowed_cidr: 10.20.0.0/16
ntp_servers: [10.20.0.1]
storage_backends: [ceph]
ceph_osd_use_all: no
data_devices:
  - path: /dev/sdb
  - path: /dev/sdc
`;
  const rest = burritoKeys.keys
    .filter(
      (key) =>
        key.startsWith('kube') || key.startsWith('tls_') || key.includes('version') || key.includes('_repo'),
    )
    .map((key) => `${key}: "{{ keepalived_vip }}"`);
  const made = Array.from({ length: VARIABLES }, (_, n) => `made_up_${n}: "{{ mgmt_iface_name }}-${n}"`);
  return (
    head +
    [...rest, ...made]
      .slice(0, VARIABLES - 12)
      .map((line) => `${line}\n`)
      .join('')
  );
}

const files: readonly SourceFile[] = [
  { path: 'hosts', text: inventory() },
  { path: 'vars.yml', text: variables() },
];
const times: number[] = [];
/** Processor time: what the machine's other work does not stretch. */
const busy: number[] = [];
let result: ReturnType<typeof importSources> | undefined;
for (let round = 0; round < ROUNDS; round++) {
  const started = performance.now();
  const used = process.cpuUsage();
  result = importSources(files, { format: 'burrito' });
  times.push(performance.now() - started);
  const { user, system } = process.cpuUsage(used);
  busy.push((user + system) / 1000);
}
const [first = 0] = times;
const middle = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
const errors = result?.problems.filter((found) => found.severity === 'error') ?? [];
const keys = result?.result ? countOutcomes(result.result.report).total : 0;
console.log(`${HOSTS} hosts, ${VARIABLES} variables, ${keys} keys accounted for, ${errors.length} errors`);
console.log(
  `imported and validated: ${first.toFixed(0)} ms the first time, ${middle.toFixed(0)} ms in the middle of ${ROUNDS}`,
);
console.log(`processor time: ${busy.map((value) => value.toFixed(0)).join(', ')} ms`);
if (errors.length > 0)
  console.log(
    errors
      .slice(0, 5)
      .map((found) => `${found.code}: ${found.what}`)
      .join('\n'),
  );
if (middle > AIM_MS || errors.length > 0) process.exitCode = 1;
