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

function line(
  { title, interfaces, sources, destination, protocol, ports }: Rule,
  verdict = 'accept',
): string {
  return [
    ...(interfaces ? [`iifname ${names(interfaces)}`] : []),
    ...(sources ? [`ip saddr ${set(sources)}`] : []),
    ...(destination ? [`ip daddr ${destination}`] : []),
    MATCHES[protocol](ports),
    `${verdict} comment "${title}"`,
  ].join(' ');
}

/** The same packets on their way out: what this host sends to the ports of those who may ask it. */
function lineOut({ title, interfaces, sources, protocol, ports }: Rule): string {
  return [
    ...(interfaces ? [`oifname ${names(interfaces)}`] : []),
    ...(sources ? [`ip daddr ${set(sources)}`] : []),
    MATCHES[protocol](ports),
    `notrack comment "${title}"`,
  ].join(' ');
}

const block = (lines: readonly string[]): string => lines.map((text) => `    ${text}\n`).join('');

/** `raw` comes before connection tracking, which sees no packet that is marked there. */
function rawChains(untracked: readonly Rule[]): string {
  if (untracked.length === 0) return '';
  return `  chain prerouting {
    type filter hook prerouting priority raw;
${block(untracked.map((rule) => line(rule, 'notrack')))}  }
  chain output {
    type filter hook output priority raw;
${block(untracked.map(lineOut))}  }
`;
}

/**
 * The ruleset as a program of nft, which takes the place of the one before in one transaction. A packet that another
 * table drops stays dropped: an accept here decides for this table alone (nft(8), "verdict statements").
 */
export function ruleset(rules: readonly Rule[]): string {
  // No packet of theirs is part of a known connection: they are looked at first, and each by its source.
  const untracked = rules.filter((rule) => rule.untracked);
  const tracked = rules.filter((rule) => !rule.untracked);
  return `# ${MANAGED}
table ${NAME} {
}
delete table ${NAME}
table ${NAME} {
${rawChains(untracked)}  chain input {
    type filter hook input priority filter - 5; policy drop;
    iifname "lo" accept
${block(untracked.map((rule) => line(rule)))}    ct state established,related accept
    ct state invalid drop
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } ip6 hoplimit 255 accept
    udp sport 67 udp dport 68 accept comment "answers of a DHCP server"
${block(tracked.map((rule) => line(rule)))}    counter comment "dropped"
  }
}
`;
}
