import { defineCatalogue } from './entry.ts';

/** What the description says about the hosts' firewall. */
export const cloudFirewallErrors = defineCatalogue({
  CLOUD_FIREWALL_OFF: {
    what: 'The firewall is off: Cloudwright leaves what may come in to the hosts to you.',
    why: 'Linux answers for all addresses of a host on every interface. Without a filter, instances on the provider network can reach the database, the broker and ssh of the hosts.',
    next: 'Filter by other means (docs/security.md lists what has to pass), or remove `enabled: false`; rules of your own go under `firewall.allow`.',
    exit: 2,
  },
  CLOUD_FIREWALL_NETWORK: {
    what: 'Something is allowed through the {network} network, which is not described.',
    why: 'The rule would let nothing in.',
    next: 'Describe the network, or use another one; `any` means every interface.',
    exit: 2,
  },
  CLOUD_FIREWALL_PORTS: {
    what: '{ports} is not a range of ports.',
    why: 'A range goes from a lower to a higher port, and ports end at 65535.',
    next: 'Correct the range, for example `9100-9110`.',
    exit: 2,
  },
});
