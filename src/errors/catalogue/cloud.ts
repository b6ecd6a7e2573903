import { cloudFileErrors } from './cloud-file.ts';
import { cloudFirewallErrors } from './cloud-firewall.ts';
import { cloudRuleErrors } from './cloud-rules.ts';

/** What can be wrong with a description: its text and shape, and the cloud that it describes. */
export const cloudErrors = { ...cloudFileErrors, ...cloudFirewallErrors, ...cloudRuleErrors } as const;
