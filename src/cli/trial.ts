import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defaultAnswers, renderDescription } from '../app/init/description.ts';
import type { RunEvent } from '../engine/event.ts';
import { journalFile, readJournal } from '../engine/journal.ts';
import type { LabState } from '../lab/index.ts';
import { type AcceptanceRecord, acceptanceFile } from './acceptanceRun.ts';
import { exists, writeDescription } from './description.ts';

/** Provider addresses that the trial's acceptance test may use; the lab's own part of the network ends below. */
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

/** Writes the trial's description where there is none; one that is there stays, with whatever was changed in it. */
export async function ensureTrialDescription(file: string, lab: LabState): Promise<boolean> {
  if (await exists(file)) return false;
  await mkdir(dirname(file), { recursive: true });
  await writeDescription(file, trialDescription(lab), false);
  return true;
}

/** The last acceptance test, where it passed and no run has changed anything since. */
export async function lastPassedTest(folder: string): Promise<AcceptanceRecord | undefined> {
  const record = await readRecord(acceptanceFile(folder));
  if (!record?.result.ok) return undefined;
  const changed = readJournal(journalFile(folder)).some((event) => event.at > record.at && isChange(event));
  return changed ? undefined : record;
}

function isChange(event: RunEvent): boolean {
  return event.type === 'change-started' || event.type === 'change-done';
}

async function readRecord(file: string): Promise<AcceptanceRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AcceptanceRecord;
  } catch {
    return undefined;
  }
}
