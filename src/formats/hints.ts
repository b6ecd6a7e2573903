/**
 * What the operator gives in addition to the files, where a format has no place for it. Everything left out is assumed,
 * and each assumption is reported.
 */
export interface ImportHints {
  /** Name of the cloud. */
  readonly cloud?: string;
  /** Free address of the management network for the APIs. */
  readonly vip?: string;
  readonly managementCidr?: string;
  readonly managementInterface?: string;
  readonly providerInterface?: string;
  readonly overlayInterface?: string;
  readonly overlayCidr?: string;
  readonly serviceCidr?: string;
  readonly storageCidr?: string;
  /** OSD devices of each storage host, e.g. `/dev/sdb` or `file:/var/lib/cloudwright/osd0.img:20G`. */
  readonly devices?: readonly string[];
  /** An ssh_config file to reach the hosts with, in place of the user's own. */
  readonly sshConfig?: string;
  /** Management addresses of hosts that the files name without one, by that name. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Names of hosts that the files know by address alone, by that address. */
  readonly names?: Readonly<Record<string, string>>;
}
