import { addresses, type Host, hosts, on } from './clusterLab.ts';

/** Ports of Galera: its members' group, the transfer of what a member missed, and of all data. */
export const REPLICATION = 4567;
export const INCREMENTAL = 4568;
export const WHOLE = 4444;

/** What the rows of the test hold: readable wherever it passes in clear text. */
export const ROW = 'row-that-nobody-may-read';
/** Sent in clear text to see that the capture sees it. */
const DATAGRAM = 'datagram-that-everybody-may-read';

export interface Captured {
  /** Bytes of packets by port. */
  readonly bytes: Readonly<Record<number, number>>;
  /** Which of the texts were readable. */
  readonly readable: readonly ('row' | 'datagram')[];
}

const FILE = '/root/capture';

// All packets of all interfaces to a file (AF_PACKET, SOCK_RAW, ETH_P_ALL); at its end bytes by port. Perl is on every Debian.
const PROGRAM = `
socket(S, 17, 3, 0x0300) or die "no capture: $!";
open(F, '>', '${FILE}') or die; $| = 1;
$SIG{TERM} = sub { close F; print map { "$_ $n{$_}\\n" } keys %n; exit };
print "ready\\n";
while (sysread(S, $p, 262144)) {
  print F $p;
  next unless unpack('x23C', $p) == 6;
  my ($from, $to) = unpack('nn', substr($p, 14 + 4 * (ord(substr($p, 14, 1)) & 15), 4));
  for (${WHOLE}, ${REPLICATION}, ${INCREMENTAL}) { $n{$_} += length $p if $from == $_ || $to == $_ }
}`;

/** Captures what a node sends and receives, until the result is asked for. */
export async function captureOn(host: Host): Promise<() => Promise<Captured>> {
  const peer = hosts.find((other) => other !== host) ?? host;
  await on(
    host,
    `cat >${FILE}.pl <<'PERL'${PROGRAM}
PERL
setsid perl ${FILE}.pl >${FILE}.txt 2>&1 </dev/null & echo $! >${FILE}.pid
until grep -q ready ${FILE}.txt; do kill -0 $(cat ${FILE}.pid) || exit 1; sleep 0.1; done
bash -c 'echo ${DATAGRAM} >/dev/udp/${addresses[peer]}/9'`,
  );
  return async () => {
    const said = await on(
      host,
      `kill $(cat ${FILE}.pid); while kill -0 $(cat ${FILE}.pid) 2>/dev/null; do sleep 0.1; done
cat ${FILE}.txt
if grep -qaF '${ROW}' ${FILE}; then echo row; fi
if grep -qaF '${DATAGRAM}' ${FILE}; then echo datagram; fi
rm ${FILE}*`,
    );
    const lines = said.split('\n');
    const counts = lines.flatMap((line) => {
      const [, port, bytes] = /^(\d+) (\d+)$/.exec(line) ?? [];
      return port ? [[Number(port), Number(bytes)] as const] : [];
    });
    return {
      bytes: Object.fromEntries(counts),
      readable: (['row', 'datagram'] as const).filter((name) => lines.includes(name)),
    };
  };
}
