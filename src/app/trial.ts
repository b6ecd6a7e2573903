import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LabState } from '../lab/index.ts';
import { fileExists } from '../system/files.ts';
import { writeDescription } from './description.ts';
import { defaultAnswers, renderDescription } from './init/description.ts';

/** Provider addresses that the acceptance test may use; the lab itself uses lower ones. */
const FIRST_LAST_OCTET = 200;
const LAST_LAST_OCTET = 230;

/** The description of an all-in-one cloud on a lab's node. */
export function trialDescription(lab: LabState): string {
  const answers = defaultAnswers('all-in-one');
  const node = lab.nodes[0];
  const prefix = lab.providerCidr.split('.').slice(0, 3).join('.');
  return renderDescription({
    ...answers,
    trial: true,
    vip: lab.vip,
    sshConfig: lab.sshConfig,
    ...(node && { control: { firstAddress: node.addresses.management, count: 1 } }),
    test: {
      cidr: lab.providerCidr,
      gateway: lab.providerGateway,
      first: `${prefix}.${FIRST_LAST_OCTET}`,
      last: `${prefix}.${LAST_LAST_OCTET}`,
      netns: lab.fabricNetns,
    },
  });
}

/** Writes the trial's description unless there is one already, which stays as it is. Gives whether it was written. */
export async function ensureTrialDescription(file: string, lab: LabState): Promise<boolean> {
  if (await fileExists(file)) return false;
  await mkdir(dirname(file), { recursive: true });
  await writeDescription(file, trialDescription(lab), false);
  return true;
}
