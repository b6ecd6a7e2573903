import type { Cloud, Host } from './cloud.ts';
import type { NetworkName } from './networks.ts';

/**
 * Who may open connections to a listener: hosts of the cloud; every address of the listener's network; or anybody who
 * reaches the host through it.
 */
export type Askers = 'network' | 'anybody' | ((cloud: Cloud) => readonly Host[]);

/** Ports of a host on which something answers, and who may ask. The firewall lets nothing else in. */
export interface Listener {
  /** In words: `the database`. */
  readonly title: string;
  /** `vrrp` has no ports. */
  readonly protocol: 'tcp' | 'udp' | 'vrrp';
  /** `3306`, or a range: `49152-49215`. */
  readonly ports: readonly string[];
  readonly on: (cloud: Cloud) => readonly Host[];
  /** A host that is not in the storage network has its storage traffic in the management network. */
  readonly network: Exclude<NetworkName, 'provider'>;
  readonly from: Askers;
  /** On the network's virtual address alone. */
  readonly virtual?: true;
  /** Datagrams without a connection: the host keeps no connection tracking entry for them (udp only). */
  readonly untracked?: true;
}
