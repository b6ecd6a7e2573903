import { Confidential } from '../../secrets/confidential.ts';
import type { DraftValue } from '../result.ts';
import { entryOf, isPlainMap, type Plain, type ValueNode } from '../values/node.ts';
import { asText, isPlaceholder } from '../values/scalar.ts';
import { looksSecret } from '../values/source.ts';
import type { Burrito } from './context.ts';

/** Options of a backend that have variables of their own: variable to option. */
const FLAT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hitachi: {
    hitachi_storage_model: 'model',
    hitachi_serial_number: 'serial_number',
    hitachi_storage_id: 'storage_id',
    hitachi_pool_id: 'pool_id',
    hitachi_port_id: 'port_id',
    hitachi_san_ip: 'management_address',
    hitachi_san_login: 'username',
    hitachi_san_password: 'password',
    hitachi_ldev_range: 'ldev_range',
    hitachi_target_ports: 'target_ports',
    hitachi_compute_target_ports: 'compute_target_ports',
  },
  powerflex: {
    pfmp_ip: 'gateway',
    pfmp_hostname: 'gateway_host',
    pfmp_port: 'gateway_port',
    pfmp_username: 'username',
    pfmp_password: 'password',
    mdm_ip: 'mdm_addresses',
    storage_iface_names: 'storage_interfaces',
    sds_devices: 'sds_devices',
    protection_domain_name: 'protection_domain',
    storage_pool_name: 'storage_pool',
  },
  primera: {
    primera_ip: 'address',
    primera_username: 'username',
    primera_password: 'password',
    primera_openstack_cpg: 'cpg',
    primera_volume_driver: 'driver',
  },
  lvm: { lvm_devices: 'devices', lvm_vg_name: 'volume_group', lvm_volume_driver: 'driver' },
  purestorage: {
    purestorage_mgmt_ip: 'management_address',
    purestorage_api_token: 'api_token',
    purestorage_transport_protocol: 'transport',
    pure_eradicate_on_delete: 'eradicate_on_delete',
    pure_automatic_max_oversubscription_ratio: 'automatic_max_oversubscription_ratio',
  },
};

/** Options of a backend that is a list of maps: field to option; other fields keep their name in snake case. */
const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  netapp: {
    managementLIF: 'management_lif',
    dataLIF: 'data_lif',
    nfsMountOptions: 'nfs_mount_options',
  },
  powerstore: { apiserver: 'api_server', globalID: 'global_id', nasName: 'nas_name' },
};

/** Hitachi's storage id is the model's prefix and the serial number. */
const HITACHI_PREFIX: readonly (readonly [RegExp, string])[] = [
  [/^vsp_e990$/, '936000'],
  [/^vsp_e(?:590|780)$/, '934000'],
  [/^vsp_[fg](?:370|700|900)$/, '886000'],
  [/^vsp_[fg]350$/, '882000'],
];

/** A backend other than Ceph as `storage.backends` describes it; its secrets go into the vault. */
export function arrayBackends(burrito: Burrito, type: string): readonly DraftValue[] {
  if (LISTED[type]) return listed(burrito, type, LISTED[type]);
  return [flat(burrito, type, FLAT[type] ?? {})];
}

function flat(burrito: Burrito, type: string, fields: Readonly<Record<string, string>>): DraftValue {
  const { context } = burrito;
  const options: Record<string, DraftValue> = { type };
  for (const [key, option] of Object.entries(fields)) {
    const entry = context.entry(key);
    if (!entry) continue;
    if (entry.secret || looksSecret(key)) {
      const secret = context.secret(key);
      if (secret && !isPlaceholder(secret.reveal())) context.secrets[`${type}_${option}`] = secret;
      context.settle(key, 'carried', { to: `vault: ${type}_${option}` });
      if (secret && isPlaceholder(secret.reveal())) placeholder(burrito, key, type);
      continue;
    }
    const value = context.value(key, 'storage.backends');
    if (value === undefined) continue;
    if (isPlaceholder(value)) placeholder(burrito, key, type);
    options[option] = value as DraftValue;
    context.settle(key, 'carried', { to: `storage.backends: ${type}.${option}` });
  }
  const { model, serial_number: serial } = options;
  if (
    type === 'hitachi' &&
    options.storage_id === undefined &&
    typeof model === 'string' &&
    serial !== undefined
  ) {
    const prefix = HITACHI_PREFIX.find(([pattern]) => pattern.test(model))?.[1];
    if (prefix) options.storage_id = `${prefix}${String(serial)}`;
  }
  return Object.keys(options).length === 1 ? type : options;
}

function listed(
  burrito: Burrito,
  type: string,
  fields: Readonly<Record<string, string>>,
): readonly DraftValue[] {
  const { context } = burrito;
  const entry = context.entry(type);
  if (!entry) return [type];
  const items = entry.node.kind === 'list' ? entry.node.items : [entry.node];
  const backends: DraftValue[] = [];
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'map') continue;
    const name = asText(resolved(burrito, entryOf(item, 'name')?.value)) ?? `${type}${index + 1}`;
    const options: Record<string, DraftValue> = { type, ...(name !== type && { name }) };
    for (const { key, value: node } of item.entries) {
      if (key === 'name' || !/^\w{1,60}$/.test(key)) continue;
      if (looksSecret(key)) {
        secretOption(burrito, type, name, key, node);
        continue;
      }
      const value = resolved(burrito, node);
      if (value === undefined || isPlainMap(value)) continue;
      if (isPlaceholder(value)) placeholder(burrito, type, name);
      options[fields[key] ?? snake(key)] = value as DraftValue;
    }
    backends.push(options);
  }
  context.settle(type, 'carried', { to: 'storage.backends', note: 'passwords go into the vault' });
  return backends.length > 0 ? backends : [type];
}

function secretOption(burrito: Burrito, type: string, name: string, key: string, node: ValueNode): void {
  const { context } = burrito;
  const found = context.resolve(node);
  if (found.kind !== 'value' || typeof found.value === 'object') return;
  if (isPlaceholder(found.value)) {
    placeholder(burrito, type, name);
    return;
  }
  const target = `${name}_${snake(key)}`.replace(/\W/g, '_').toLowerCase();
  context.secrets[target] = new Confidential(String(found.value));
}

function resolved(burrito: Burrito, node: ValueNode | undefined): Plain | undefined {
  if (!node) return undefined;
  const found = burrito.context.resolve(node);
  return found.kind === 'value' && !found.secret ? found.value : undefined;
}

function placeholder(burrito: Burrito, key: string, backend: string): void {
  burrito.context.warn('IMPORT_BACKEND_PLACEHOLDER', burrito.context.entry(key)?.place, { key, backend });
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
