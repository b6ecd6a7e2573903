import type { Text } from '../secrets/confidential.ts';

/** How to log in to hosts. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** An ssh_config file to use instead of the user's own. */
  readonly configFile?: string;
  readonly identityFile?: string;
  /** `sudo` is used unless the user is root. */
  readonly sudo: boolean;
  /** From the vault: password for ssh when no key is accepted, and for sudo. */
  readonly password?: Text;
  readonly sudoPassword?: Text;
}

/** What is needed to reach the hosts of a cloud; a `Cloud` is one. */
export interface ReachableHosts {
  readonly hosts: readonly {
    readonly name: string;
    /** Where ssh goes: an address, a name or a `Host` of the operator's ssh_config. */
    readonly sshAddress: string;
  }[];
  readonly ssh: SshSettings;
}
