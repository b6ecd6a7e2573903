import type { Change, ResourceRecord, ShellKind } from '../../engine/resource.ts';
import { maskedDifference } from '../../resources/mask.ts';
import { shellProgram } from '../../resources/program.ts';
import { fieldsOf } from '../members.ts';
import applyScript from './apply.sh';
import confirmScript from './confirm.sh';
import readScript from './read.sh';
import removeScript from './remove.sh';
import { TABLE } from './ruleset.ts';

/** What the next boot loads. */
export const KEPT = '/etc/cloudwright/firewall.nft';

/** Seconds after which an unconfirmed ruleset is taken back: connecting may take 30 of them. */
const REVERT_SECONDS = 90;
const TIMER = 'cloudwright-firewall-revert';

export type FirewallDesired = { readonly ruleset: string } | { readonly absent: true };

export interface FirewallState {
  /** The ruleset that was confirmed last. */
  readonly kept: string | undefined;
  /** Digests of what the kernel had when it was confirmed, and of what it has. */
  readonly confirmed: string | undefined;
  readonly loaded: string | undefined;
}

/**
 * The host's own rules about what may come in. A new ruleset takes itself back unless a connection that was made under
 * it confirms it: the connection that loads it goes on in any case, and proves nothing.
 */
export const firewallKind: ShellKind<FirewallDesired, FirewallState> = {
  via: 'shell',
  name: 'firewall',
  batch: false,
  read: () => shellProgram(readScript, { kept: KEPT, ...TABLE }),
  parse(output, items) {
    const fields = fieldsOf(output);
    const kept = fields.get('kept');
    const state: FirewallState = {
      kept: kept === undefined ? undefined : Buffer.from(kept, 'base64').toString('utf8'),
      confirmed: fields.get('confirmed'),
      loaded: fields.get('loaded'),
    };
    return items.map(() => state);
  },
  compare(desired, { kept, confirmed, loaded }): Change | undefined {
    if ('absent' in desired) {
      if (kept === undefined && confirmed === undefined && loaded === undefined) return undefined;
      return {
        summary: 'take the firewall rules away',
        script: shellProgram(removeScript, { kept: KEPT, ...TABLE }),
        limitSeconds: 30,
      };
    }
    const { ruleset } = desired;
    if (kept === ruleset && loaded !== undefined && loaded === confirmed) return undefined;
    const difference = kept === ruleset ? undefined : maskedDifference(kept ?? '', ruleset);
    return {
      summary:
        kept === ruleset
          ? `${loaded === undefined ? 'load the firewall rules' : 'set the firewall rules back'}`
          : `${kept === undefined ? 'load' : 'change'} the firewall rules`,
      ...(difference !== undefined && { difference }),
      script: shellProgram(applyScript, {
        ruleset,
        kept: KEPT,
        ...TABLE,
        unit: TIMER,
        seconds: REVERT_SECONDS,
      }),
      limitSeconds: 60,
      confirm: {
        script: shellProgram(confirmScript, { kept: KEPT, ...TABLE, unit: TIMER }),
        limitSeconds: 30,
        revertSeconds: REVERT_SECONDS,
      },
    };
  },
  removal: {
    record: (): ResourceRecord => ({}),
    absence: () => ({ absent: true }),
  },
};
