import type { NetworkName } from './networks.ts';

/** `count` hosts of the same kind, with addresses counting up from the first. */
export interface HostGroupAnswer {
  readonly firstAddress: string;
  readonly count: number;
}

/** What a new description is made from: answers and flags of `init`, and defaults. */
export interface InitAnswers {
  readonly name: string;
  readonly shape: 'all-in-one' | 'multi-node';
  /** Lowers the minimum sizes and keeps OSDs in sparse files. */
  readonly trial: boolean;
  readonly interfaces: Readonly<Record<NetworkName, string>>;
  readonly managementCidr: string;
  readonly vip: string;
  /** Left out: no such network. */
  readonly serviceCidr?: string;
  readonly serviceVip?: string;
  readonly overlayCidr?: string;
  readonly storageCidr?: string;
  readonly control: HostGroupAnswer;
  /** Multi-node only. */
  readonly compute?: HostGroupAnswer;
  readonly storage?: HostGroupAnswer;
  /** Of each host with OSDs. */
  readonly devices: readonly string[];
  readonly sshUser: string;
  readonly sshKey?: string;
  readonly sshConfig?: string;
  readonly timeServers: readonly string[];
  readonly mirror?: string;
  readonly proxy?: string;
  /** Where the acceptance test puts instances: network, gateway, first and last address. */
  readonly test?: {
    readonly cidr: string;
    readonly gateway?: string;
    readonly first: string;
    readonly last: string;
    /** Network namespace of this machine from which instances are reached; this machine by default. */
    readonly netns?: string;
  };
}
