import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { joinTexts, type Text } from '../secrets/confidential.ts';
import apt from './apt.sh';
import packagesScript from './packages.sh';
import packagesRead from './packagesRead.sh';
import packageTransaction from './packageTransaction.sh';
import { shellProgram } from './program.ts';

export interface PackagesDesired {
  readonly names: readonly string[];
  readonly recommends: boolean;
  /** Lines of debconf-set-selections(1). */
  readonly debconf: readonly Text[];
}

export interface PackagesState {
  /** Version of each package that is wholly installed. */
  readonly installed: ReadonlyMap<string, string>;
  /** A transaction was killed or lost its power, and left its mark. */
  readonly interrupted: boolean;
}

export const packagesKind: ShellKind<PackagesDesired, PackagesState> = {
  via: 'shell',
  name: 'packages',
  // A transaction can take many minutes and has a limit of its own.
  batch: false,
  serial: true,

  read(items) {
    const names = [...new Set(items.flatMap((item) => item.names))];
    return shellProgram([packageTransaction, packagesRead], {}, names);
  },

  parse(output, items) {
    const installed = new Map<string, string>();
    for (const line of output.split('\n')) {
      const [name, status, error, version] = line.split(' ');
      if (name && version && status === 'installed' && error === 'ok') installed.set(name, version);
    }
    const interrupted = /^INTERRUPTED$/m.test(output);
    return items.map(() => ({ installed, interrupted }));
  },

  compare(desired, state): Change | undefined {
    const missing = desired.names.filter((name) => !state.installed.has(name));
    if (missing.length === 0 && !state.interrupted) return undefined;
    const answers = missing.length === 0 ? '' : joinTexts(desired.debconf, '\n');
    return {
      summary:
        missing.length === 0
          ? 'finish a package transaction that was interrupted'
          : `install ${listed(missing)}`,
      script: shellProgram(
        [apt, packageTransaction, packagesScript],
        { recommends: desired.recommends, answers },
        missing,
      ),
      limitSeconds: 1800,
    };
  },

  // No removal: other packages may need them by now, and removing one may delete its data.
};

/** `a, b, c` up to five names, then `a, b, c and 309 more packages`. */
function listed(names: readonly string[]): string {
  if (names.length <= 5) return names.join(', ');
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more packages`;
}

export interface PackagesOptions extends ResourceOptions {
  /** Recommended packages too; false by default. */
  readonly recommends?: boolean;
  /** Answers to packages' questions, before they ask: `package question type value`. */
  readonly debconf?: readonly Text[];
}

/** A set of packages, installed in one transaction, in which no service starts. */
export function packages(
  host: string,
  name: string,
  names: readonly string[],
  options: PackagesOptions = {},
): Resource {
  const desired: PackagesDesired = {
    names,
    recommends: options.recommends ?? false,
    debconf: options.debconf ?? [],
  };
  return resource(packagesKind, host, name, desired, options);
}
