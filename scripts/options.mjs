// Reads the sample configurations of the platform's packages and writes the names of their options, which `config:` of
// a description is checked against: node scripts/options.mjs FOLDER, FOLDER being the root of unpacked packages.
// CONTRIBUTING.md says how to get it.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Samples of each file that Cloudwright writes. A sample is unchanged by Cloudwright only in an unpacked package. */
const SAMPLES = {
  'keystone.conf': ['usr/share/keystone/keystone.conf'],
  'glance-api.conf': ['usr/share/glance-common/glance-api.conf'],
  'placement.conf': ['usr/share/placement-common/placement.conf'],
  'nova.conf': ['usr/share/nova-common/nova.conf'],
  'neutron.conf': ['usr/share/neutron-common/neutron.conf'],
  // The mechanism driver of OVN reads the file of ML2.
  'ml2_conf.ini': ['usr/share/neutron-common/plugins/ml2/ml2_conf.ini', 'usr/share/neutron-common/ovn.ini'],
  'neutron_ovn_metadata_agent.ini': ['etc/neutron/neutron_ovn_metadata_agent.ini'],
  'cinder.conf': ['usr/share/cinder-common/cinder.conf'],
  'heat.conf': ['usr/share/heat-common/heat.conf'],
  'barbican.conf': ['usr/share/barbican-common/barbican.conf'],
};

/** Files with the options of another one. */
const SAME_AS = { 'nova-compute.conf': 'nova.conf' };

/** Sections that stand for those named after storage backends: `<backend>` is looked up for them. */
const BACKENDS = {
  'cinder.conf': (name) => name.startsWith('backend'),
  'glance-api.conf': (name) => name === 'glance_store' || name.startsWith('glance.store.'),
};

/**
 * What the programs register only when they run, or the samples leave out. `prefix*` stands for many sections; text in
 * place of a list names the file whose section has the same options.
 */
const ADDITIONS = {
  'nova.conf': {
    'mdev_*': ['device_addresses', 'max_instances', 'mdev_class'],
    'vgpu_*': ['device_addresses'],
  },
  'glance-api.conf': {
    os_glance_staging_store: ['filesystem_store_datadir', 'filesystem_store_datadirs'],
    os_glance_tasks_store: ['filesystem_store_datadir', 'filesystem_store_datadirs'],
  },
  'barbican.conf': { database: 'heat.conf', oslo_concurrency: 'nova.conf' },
  'heat.conf': { oslo_concurrency: 'nova.conf' },
  'neutron_ovn_metadata_agent.ini': { agent: 'neutron.conf', ovn: 'ml2_conf.ini' },
};

/** Options of keystoneauth's adapter, of which every section with a login has some and the samples list few. */
const ADAPTER = ['endpoint_override', 'region_name', 'service_name', 'service_type', 'valid_interfaces'];

/** Section to the names of its options, deprecated names among them. */
function readSample(text) {
  const sections = new Map();
  const add = (section, option) => {
    const options = sections.get(section) ?? new Set();
    sections.set(section, options.add(option));
  };
  let section = 'DEFAULT';
  for (const line of text.split('\n')) {
    const header = /^\[([^\]]+)\]\s*$/.exec(line);
    const option = /^#?([A-Za-z][\w.-]*)\s*=/.exec(line);
    const deprecated = /^# Deprecated group\/name - \[([^\]]+)\]\/(\S+)/.exec(line);
    if (header) section = header[1];
    else if (option) add(section, option[1]);
    else if (deprecated) add(deprecated[1], deprecated[2]);
  }
  return sections;
}

function merge(target, source) {
  for (const [section, options] of source)
    target.set(section, new Set([...(target.get(section) ?? []), ...options]));
}

const logsIn = (options) => options.has('auth_url') && options.has('password');

/** Options of keystoneauth for sections that log in to Keystone: a third of the samples' sections list each of them. */
function loginOptions(files) {
  const sections = [...files.values()].flatMap((found) => [...found.values()].filter(logsIn));
  if (sections.length < 3) throw new Error('the samples have too few sections that log in to Keystone');
  const names = new Set(sections.flatMap((options) => [...options]));
  return [...names].filter(
    (name) => sections.filter((options) => options.has(name)).length * 3 >= sections.length,
  );
}

const [root] = process.argv.slice(2);
if (root === undefined) {
  process.stderr.write(
    'Usage: node scripts/options.mjs FOLDER, FOLDER being the root of unpacked packages\n',
  );
  process.exit(2);
}
const files = new Map();
for (const [name, samples] of Object.entries(SAMPLES)) {
  const sections = new Map();
  for (const sample of samples) merge(sections, readSample(await readFile(join(root, sample), 'utf8')));
  files.set(name, sections);
}
const login = [...loginOptions(files), ...ADAPTER];
for (const sections of files.values()) {
  // Of a security update of oslo.messaging, after which not every package's sample was made again (CVE-2026-44393).
  const broker = sections.get('oslo_messaging_rabbit');
  broker?.add('ssl_enforce_hostname_verification');
  for (const [section, options] of sections)
    if (logsIn(options) || options.has('auth_type')) sections.set(section, new Set([...options, ...login]));
}
for (const [name, sections] of files) {
  const isBackend = BACKENDS[name];
  if (isBackend) {
    const options = [...sections].flatMap(([section, own]) => (isBackend(section) ? [...own] : []));
    sections.set('<backend>', new Set(options));
  }
  const additions = Object.entries(ADDITIONS[name] ?? {});
  merge(
    sections,
    additions.map(([section, from]) => [
      section,
      typeof from === 'string' ? files.get(from).get(section) : from,
    ]),
  );
}

const byName = ([a], [b]) => (a < b ? -1 : 1);
const table = Object.fromEntries(
  [...files]
    .map(([name, sections]) => [
      name,
      Object.fromEntries(
        [...sections].map(([section, options]) => [section, [...options].sort().join(' ')]).sort(byName),
      ),
    ])
    .sort(byName),
);
const target = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/platform/debian-13/options.json');
await writeFile(target, `${JSON.stringify({ ...table, ...SAME_AS }, null, 2)}\n`);
