import { fail } from '../errors/problem.ts';
import type { Connection, HostFacts } from './connection.ts';

/** Seconds for reading the facts of one host. */
const LIMIT = 30;

/** POSIX shell that prints everything in one go, in sections that start with `== name`. Changes nothing. */
export const FACTS_SCRIPT = `
printf '== clock\\n'; date +%s.%N
printf '== hostname\\n'; cat /proc/sys/kernel/hostname
printf '== os-release\\n'; cat /etc/os-release 2>/dev/null
printf '== kernel\\n'; cat /proc/sys/kernel/osrelease
printf '== cpus\\n'; nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo
printf '== memory\\n'; grep -E '^MemTotal:' /proc/meminfo; cat /sys/fs/cgroup/memory.max 2>/dev/null
printf '== disk\\n'; df -Pk / 2>/dev/null
printf '== openvswitch\\n'
if [ -d /sys/module/openvswitch ]; then echo loaded
elif [ -w /proc/sys/kernel/modprobe ] && modprobe -n -q openvswitch 2>/dev/null; then echo loadable; fi
printf '== kvm\\n'; grep -qwE 'vmx|svm' /proc/cpuinfo && [ -c /dev/kvm ] && [ -r /dev/kvm ] && [ -w /dev/kvm ] && ( : <>/dev/kvm ) 2>/dev/null && echo yes
printf '== container\\n'; systemd-detect-virt --container 2>/dev/null || { [ -e /run/systemd/container ] && cat /run/systemd/container; }
printf '== addresses\\n'; ip -o addr show 2>/dev/null
printf '== links\\n'; ip -o link show 2>/dev/null
printf '== routes\\n'; ip -4 route show default 2>/dev/null
printf '== devices\\n'
for b in /sys/block/*; do
  n=\${b##*/}; case $n in loop*|ram*|zram*|sr*|fd*|dm-*|md*|nbd*|rbd*) continue;; esac
  [ -b "/dev/$n" ] || continue
  used=no
  for part in "$b"/"$n"*/partition; do [ -e "$part" ] && used=yes; done
  for held in "$b"/holders/*; do [ -e "$held" ] && used=yes; done
  grep -q "^/dev/$n[ p0-9]" /proc/mounts /proc/swaps 2>/dev/null && used=yes
  [ $used = no ] && command -v blkid >/dev/null && [ -n "$(blkid -p -o value -s TYPE "/dev/$n" 2>/dev/null)" ] && used=yes
  # What an OSD of this host already lives on is not in anybody's way.
  for osd in /var/lib/ceph/osd/*/block; do [ "$(readlink -f "$osd" 2>/dev/null)" = "/dev/$n" ] && used=no; done
  read -r size <"$b/size"; echo "/dev/$n $size $used"
done
printf '== end\\n'
`;

/** Reads a host's facts in one request. Rejects with HOST_*. */
export async function readFacts(connection: Connection): Promise<HostFacts> {
  const sent = Date.now();
  const result = await connection.run({ script: FACTS_SCRIPT, limitSeconds: LIMIT, doing: 'read its facts' });
  return parseFacts(connection.host, result.stdout, sent / 1000);
}

/** `sent`: this machine's clock when the question left, seconds. Fails with HOST_FACTS_UNREADABLE. */
export function parseFacts(host: string, output: string, sent: number): HostFacts {
  const section = sections(output);
  const unreadable = (detail: string): never =>
    fail('HOST_FACTS_UNREADABLE', {
      place: { kind: 'cloud', host },
      details: { host, detail },
      evidence: output.slice(0, 800),
    });
  const line = (name: string): string => section.get(name)?.[0] ?? unreadable(`no ${name}`);
  if (!section.has('end')) unreadable('the answer is cut');
  const release = keyValues(section.get('os-release') ?? []);
  const [blocks, , available] = diskNumbers(section.get('disk') ?? []);
  return {
    hostname: line('hostname'),
    codename: release.get('VERSION_CODENAME') ?? '',
    distribution: release.get('ID') ?? '',
    kernel: line('kernel'),
    cpus: number(line('cpus')) ?? unreadable('the number of processors'),
    memoryMiB: memory(section.get('memory') ?? []) ?? unreadable('the size of memory'),
    rootDiskGiB: gib((blocks ?? 0) * 1024),
    rootFreeGiB: gib((available ?? 0) * 1024),
    openvswitchModule: (section.get('openvswitch') ?? []).length > 0,
    kvm: section.get('kvm')?.[0] === 'yes',
    container: !['', 'none'].includes(section.get('container')?.[0] ?? ''),
    clockOffsetSeconds: Math.round(((number(line('clock')) ?? sent) - sent) * 1000) / 1000,
    interfaces: interfaces(section.get('links') ?? [], section.get('addresses') ?? []),
    blockDevices: (section.get('devices') ?? []).flatMap((row) => {
      const [path, sectors, used] = row.split(' ');
      // /sys/block/*/size counts sectors of 512 bytes, whatever the device's own sector is.
      return path && sectors ? [{ path, sizeGiB: gib(Number(sectors) * 512), inUse: used === 'yes' }] : [];
    }),
    defaultGateway: (section.get('routes') ?? []).some((row) => row.startsWith('default')),
  };
}

function sections(output: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const row of output.split('\n')) {
    const name = /^== (\S+)$/.exec(row)?.[1];
    if (name !== undefined) {
      current = [];
      found.set(name, current);
    } else if (row !== '') current.push(row);
  }
  return found;
}

/** `KEY=value` and `KEY="value"` as in os-release(5). */
function keyValues(rows: readonly string[]): ReadonlyMap<string, string> {
  const pairs = rows.flatMap((row): [string, string][] => {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(row);
    return match ? [[match[1] ?? '', match[3] ?? '']] : [];
  });
  return new Map(pairs);
}

function diskNumbers(rows: readonly string[]): readonly number[] {
  const row = rows.at(-1) ?? '';
  return row.split(/\s+/).slice(1, 4).map(Number);
}

/** MiB: what the kernel has, or what the control group allows when that is less. */
function memory(rows: readonly string[]): number | undefined {
  const total = number(/^MemTotal:\s+(\d+)/.exec(rows[0] ?? '')?.[1] ?? '');
  if (total === undefined) return undefined;
  const limit = number(rows[1] ?? '');
  const bytes = Math.min(total * 1024, limit ?? Number.POSITIVE_INFINITY);
  return Math.round(bytes / 1024 ** 2);
}

function interfaces(links: readonly string[], addresses: readonly string[]): HostFacts['interfaces'] {
  return links.flatMap((row) => {
    const match = /^\d+: ([^:@\s]+)(?:@[^:\s]+)?: <([^>]*)> mtu (\d+)/.exec(row);
    const name = match?.[1];
    if (!match || name === undefined) return [];
    const own = addresses.flatMap((one) => {
      const [, device, address] = /^\d+:\s+(\S+)\s+inet6?\s+(\S+)/.exec(one) ?? [];
      return device === name && address !== undefined ? [address] : [];
    });
    const up = (match[2] ?? '').split(',').includes('UP');
    return [{ name, up, addresses: own, mtu: Number(match[3]) }];
  });
}

function number(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}

/** GiB with one digit after the point. */
function gib(bytes: number): number {
  return Math.round((bytes / 1024 ** 3) * 10) / 10;
}
