// Usage: datagrams.mjs ADDRESS PORT…; sends each UDP port what a client of its usual service says first. Prints
// `PORT answer` for a datagram that comes back and `PORT closed` for an ICMP "port unreachable", one a line. A port
// that says nothing within the limit is closed by a filter.
import { createSocket } from 'node:dgram';

const LIMIT_MILLISECONDS = 2000;

const bytes = (hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
/** DNS: a query for the addresses of the root; it asks for recursion. */
const DNS = bytes('cafe 0100 0001 0000 0000 0000 00 0001 0001');
const FIRST_WORDS = {
  53: DNS,
  5353: DNS,
  // DHCP DISCOVER of a card 52:54:00:00:00:01.
  67: bytes(`0101 0600 cafebabe ${'00'.repeat(20)} 525400000001 ${'00'.repeat(202)} 63825363 350101 ff`),
  69: Buffer.from('\0\x01file\0octet\0', 'latin1'),
  // ONC RPC: the null procedure of the port mapper.
  111: bytes('cafebabe 00000000 00000002 000186a0 00000002 00000000 0000000000000000 0000000000000000'),
  // NTP 4, a client.
  123: bytes(`23 00 06 20 ${'00'.repeat(44)}`),
  // SNMP 2c: get of sysDescr.0 of the community public.
  161: bytes('3026 020101 04067075626c6963 a019 0201 01 020100 020100 300e 300c 0608 2b06010201010100 0500'),
  // VXLAN and Geneve: an empty Ethernet frame in network 1.
  4789: bytes(`08000000 00000100 ${'ff'.repeat(6)} 525400000001 88b5 ${'00'.repeat(46)}`),
  6081: bytes(`00006558 00000100 ${'ff'.repeat(6)} 525400000001 88b5 ${'00'.repeat(46)}`),
  // memcached: the frame header of UDP, and a command.
  11211: Buffer.concat([bytes('0001 0000 0001 0000'), Buffer.from('version\r\n')]),
};

const [address, ...ports] = process.argv.slice(2);

function answerOf(port) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (said) => {
      clearTimeout(timer);
      socket.close();
      resolve(said);
    };
    const timer = setTimeout(() => end(undefined), LIMIT_MILLISECONDS);
    socket.on('message', () => end('answer'));
    // A connected socket is given ICMP errors of its peer.
    socket.on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'closed' : undefined));
    socket.connect(port, address, () => socket.send(FIRST_WORDS[port] ?? 'hello'));
  });
}

await Promise.all(
  ports.map(Number).map(async (port) => {
    const said = await answerOf(port);
    if (said) process.stdout.write(`${port} ${said}\n`);
  }),
);
