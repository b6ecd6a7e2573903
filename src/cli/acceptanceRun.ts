import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderRange } from '../checks/acceptance/provider.ts';
import { type AcceptanceInput, type AcceptanceResult, acceptance } from '../checks/acceptance.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { guestImage } from '../guest/index.ts';
import { labDirectory } from '../lab/index.ts';
import { writePrivate } from '../vault/files.ts';
import type { ReachedCloud } from './cloudRun.ts';
import type { CommandContext } from './command.ts';
import { asides } from './print/aside.ts';

export interface AcceptanceChoices {
  readonly provider: Omit<ProviderRange, 'physicalNetwork'>;
  /** Image file instead of the tiny guest, and who logs in there. */
  readonly image?: string | undefined;
  readonly user?: string | undefined;
  readonly keep: boolean;
  readonly emit: NonNullable<AcceptanceInput['emit']>;
}

/** What is kept of the last acceptance test, so that `up` need not repeat it. */
export interface AcceptanceRecord {
  /** End of the test; milliseconds since the epoch. */
  readonly at: number;
  readonly result: AcceptanceResult;
}

export function acceptanceFile(folder: string): string {
  return join(folder, '.cloudwright', 'acceptance.json');
}

/** Runs the acceptance test (E2) against a cloud and keeps its result beside the journal. */
export async function runAcceptance(
  context: CommandContext,
  reached: ReachedCloud,
  vantage: AcceptanceInput['vantage'],
  choices: AcceptanceChoices,
): Promise<AcceptanceResult> {
  const { cloud } = reached;
  const file =
    choices.image ??
    (await guestImage(
      // A cloud that is reached through a namespace of this machine is a trial: its lab was made with our packages.
      { directory: labDirectory(context.environment), mayInstall: isTrial(cloud) },
      context.signal,
      asides(context),
    ));
  const result = await acceptance({
    client: reached.client({ patienceSeconds: 10 }),
    provider: { ...choices.provider, physicalNetwork: physicalNetwork(cloud) },
    image: { file, user: choices.user },
    noTenantNetworks: cloud.networks.overlay ? undefined : 'the description has no overlay network',
    vantage,
    keep: choices.keep,
    emit: choices.emit,
    signal: context.signal,
  });
  const record: AcceptanceRecord = { at: Date.now(), result };
  await mkdir(join(cloud.folder, '.cloudwright'), { recursive: true, mode: 0o700 });
  await writePrivate(acceptanceFile(cloud.folder), `${JSON.stringify(record)}\n`);
  return result;
}

function isTrial({ test: { vantage } }: Cloud): boolean {
  return typeof vantage === 'object' && 'netns' in vantage;
}

function physicalNetwork(cloud: Cloud): string {
  return cloud.physicalNetworks[0]?.name ?? 'external';
}
