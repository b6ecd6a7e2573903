import type { ImportReport } from './report.ts';
import type { SourceFile } from './result.ts';

export type Format = ImportReport['format'];

/** What a set of files is, or why that can't be said. */
export type Recognition =
  | { readonly kind: 'format'; readonly format: Format; readonly because: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'mixed'; readonly found: readonly { readonly format: Format; readonly file: string }[] };

interface Sign {
  readonly format: Format;
  /** Marks one line that no other format has. */
  readonly pattern: RegExp;
  /** What it is, for the operator. */
  readonly says: string;
}

const SIGNS: readonly Sign[] = [
  {
    format: 'packstack',
    pattern: /^[ \t]*(?:CONFIG_[A-Z][A-Z0-9_]{2,60}|EXCLUDE_SERVERS)[ \t]*[=:]/m,
    says: 'answers CONFIG_…=',
  },
  {
    format: 'kolla',
    pattern:
      /^(?:#[ \t]*)?(?:kolla_[a-z_]{2,60}|enable_openstack_core|openstack_tag|enable_haproxy|enable_mariadb|enable_rabbitmq|docker_registry|node_custom_config|nova_console|neutron_plugin_agent|keystone_admin_password|kolla_dev_mode)[ \t]*:/m,
    says: 'variables of Kolla Ansible',
  },
  {
    format: 'kolla',
    pattern:
      /^\[(?:baremetal|loadbalancer|tls-backend|common|nova-conductor|neutron-server|control:children)(?::children)?\]/m,
    says: 'groups of Kolla Ansible',
  },
  {
    format: 'burrito',
    pattern:
      /^(?:(?:svc|mgmt|provider|overlay|storage)_iface_name|keepalived_vip(?:_svc)?|(?:k8s_)?ha_level|storage_backends|metallb_ip_range|netapp|powerflex_gateway_hostname|vault_ssh_password|os_admin_password)[ \t]*:/m,
    says: 'variables of Burrito',
  },
  {
    format: 'burrito',
    pattern:
      /^\[(?:control-node|controller-node|compute-node|network-node|storage-node|kube_control_plane|kube_node|clients|ceph_servers|rgws|mons|osds|pfmp)(?::children|:vars)?\]/m,
    says: 'groups of Burrito',
  },
];

/** More than this is not looked at: signs stand early. Characters. */
const LOOKED_AT = 400_000;

/**
 * Says which installer the files belong to, by their content; names of files and folders don't count.
 * With signs of two installers the one whose signs are in more files wins; a tie is `mixed`.
 */
export function recognise(files: readonly SourceFile[]): Recognition {
  const score = new Map<Format, number>();
  const first = new Map<Format, { file: string; says: string }>();
  for (const file of files) {
    const text = file.text.slice(0, LOOKED_AT);
    for (const { format, pattern, says } of SIGNS) {
      if (!pattern.test(text)) continue;
      score.set(format, (score.get(format) ?? 0) + 1);
      if (!first.has(format)) first.set(format, { file: file.path, says });
    }
  }
  const ranked = [...score].sort(([, a], [, b]) => b - a);
  const [best, second] = ranked;
  if (!best) return { kind: 'unknown' };
  if (second && second[1] === best[1]) {
    const found = [...first].map(([format, { file }]) => ({ format, file }));
    return { kind: 'mixed', found };
  }
  const sign = first.get(best[0]);
  return { kind: 'format', format: best[0], because: `${sign?.file ?? ''} has ${sign?.says ?? ''}` };
}
