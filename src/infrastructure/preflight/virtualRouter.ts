import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { ShellCheck } from '../../engine/check.ts';
import { quote } from '../../hosts/quote.ts';
import { virtualRouters } from '../load-balancer/keepalived.ts';

/** Seconds to listen: keepalived announces itself every second by default. */
const LISTEN = 2.2;

/**
 * Announcements of virtual routers (IP protocol 112 to 224.0.0.18, RFC 9568) that arrive at an interface: a line
 * `SENDER ID` each. A packet socket takes them before the firewall drops those of strangers. Perl, since it is on every
 * Debian host; a bare one has no tcpdump.
 */
const LISTENER = `use Socket;
my ($device, $own, $left) = @ARGV;
socket(my $member, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\\n";
setsockopt($member, 0, 35, inet_aton("224.0.0.18") . inet_aton($own)) or die "$own: $!\\n";
my $request = pack("a16 x24", $device);
ioctl($member, 0x8933, $request) or die "$device: $!\\n";
socket(my $in, 17, SOCK_DGRAM, unpack("S", pack("n", 0x0800))) or die "socket: $!\\n";
bind($in, pack("S n l S C C a8", 17, 0x0800, unpack("x16 l", $request), 0, 0, 0, "")) or die "$device: $!\\n";
while ($left > 0) {
  my $ready = ""; vec($ready, fileno($in), 1) = 1;
  (my $found, $left) = select($ready, undef, undef, $left);
  next if $found < 1;
  recv($in, my $packet, 256, 0);
  next if length($packet) < 20 || ord(substr($packet, 9, 1)) != 112;
  my $head = 4 * (ord($packet) & 15);
  printf "%s %d\\n", inet_ntoa(substr($packet, 12, 4)), ord(substr($packet, $head + 1, 1));
}
print "done\\n";`;

/**
 * No other machine of the network announces a virtual router with an id of this cloud: the two would take the
 * floating address from each other.
 */
export function virtualRouterCheck(cloud: Cloud, host: Host): ShellCheck {
  const routers = virtualRouters(cloud).map((router) => ({
    ...router,
    device: host.interfaces[router.network.name] ?? router.network.interface,
    own: host.addresses[router.network.name] ?? host.addresses.management,
  }));
  const members = new Set(controlHosts(cloud).flatMap((control) => Object.values(control.addresses)));
  return {
    via: 'shell',
    id: `virtual-router-${host.name}`,
    title: 'nobody else uses the virtual router ids of this cloud',
    host: host.name,
    limitSeconds: 5,
    thorough: true,
    script: [
      `listener='${LISTENER}'`,
      ...routers.map(
        ({ id, device, own }) =>
          `perl -e "$listener" ${quote(device)} ${quote(own)} ${LISTEN} | sed 's/^/${id} /' &`,
      ),
      'wait',
    ].join('\n'),
    judge: ({ stdout, stderr }) => {
      const heard = stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' '));
      const finished = heard.filter(([, word]) => word === 'done').length;
      if (finished < routers.length)
        return { ok: false, sentence: 'announcements could not be listened to', evidence: stderr };
      const foreign = heard.filter(([id, sender = '', seen]) => seen === id && !members.has(sender));
      const [id, sender] = foreign[0] ?? [];
      return id === undefined
        ? {
            ok: true,
            sentence: `heard nobody else announce ${routers.map(({ id: own }) => own).join(' or ')}`,
          }
        : {
            ok: false,
            sentence: `${sender} announces virtual router ${id} too; set ha.virtual_router_id to a number that is free on this network`,
          };
    },
  };
}
