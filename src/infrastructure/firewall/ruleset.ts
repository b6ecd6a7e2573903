import { MANAGED } from '../../resources/index.ts';
import type { Rule } from './rules.ts';

/** The only table that is ours; those of others stay as they are. */
export const TABLE = { family: 'inet', table: 'cloudwright' } as const;
const NAME = `${TABLE.family} ${TABLE.table}`;

const set = (words: readonly string[]): string =>
  words.length === 1 ? `${words[0]}` : `{ ${words.join(', ')} }`;
const names = (words: readonly string[]): string => set(words.map((word) => `"${word}"`));

const MATCHES = {
  tcp: (ports: readonly string[]) => `tcp dport ${set(ports)}`,
  udp: (ports: readonly string[]) => `udp dport ${set(ports)}`,
  vrrp: () => 'ip protocol vrrp',
  ping: () => 'icmp type echo-request',
} as const;

function line({ title, interfaces, sources, destination, protocol, ports }: Rule): string {
  return [
    ...(interfaces ? [`iifname ${names(interfaces)}`] : []),
    ...(sources ? [`ip saddr ${set(sources)}`] : []),
    ...(destination ? [`ip daddr ${destination}`] : []),
    MATCHES[protocol](ports),
    `accept comment "${title}"`,
  ].join(' ');
}

/**
 * The ruleset as a program of nft, which takes the place of the one before in one transaction. A packet that another
 * table drops stays dropped: an accept here decides for this table alone (nft(8), "verdict statements").
 */
export function ruleset(rules: readonly Rule[]): string {
  return `# ${MANAGED}
table ${NAME} {
}
delete table ${NAME}
table ${NAME} {
  chain input {
    type filter hook input priority filter - 5; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ct state invalid drop
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } ip6 hoplimit 255 accept
    udp sport 67 udp dport 68 accept comment "answers of a DHCP server"
${rules.map((rule) => `    ${line(rule)}\n`).join('')}    counter comment "dropped"
  }
}
`;
}
