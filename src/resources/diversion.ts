import type { Resource } from '../engine/resource.ts';
import { command } from './command.ts';

export interface Diversion {
  /** A file that a package owns. */
  readonly path: string;
  /** The name under which the package's own version of it is kept, through upgrades too. */
  readonly to: string;
  /** Shown in a plan: `move QEMU aside for its wrapper`. */
  readonly doing: string;
}

/** Gives a package's file another name (dpkg-divert(1)), so that a file of ours can take its place. */
export function diversion(host: string, name: string, { path, to, doing }: Diversion): Resource {
  return command(host, name, {
    doing,
    unless: `[ -e ${to} ] && grep -qx '${to}' /var/lib/dpkg/diversions`,
    script: `dpkg-divert --quiet --local --rename --divert ${to} --add ${path}`,
    limitSeconds: 30,
  });
}
