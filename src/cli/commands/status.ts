import { expectationsOf } from '../../checks/expectations.ts';
import { toolbox } from '../../checks/index.ts';
import { orderSteps } from '../../engine/graph.ts';
import { historyOf, journalFile, readJournal } from '../../engine/journal.ts';
import { lockFile, lockOwner } from '../../engine/lock.ts';
import { ping } from '../../hosts/ping.ts';
import { steps } from '../../steps/index.ts';
import { withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { asides, printJson } from '../print/aside.ts';
import { formatStatus, type Health, type Status } from '../print/status.ts';
import { openDescribedCloud } from '../session.ts';
import { version } from '../version.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'shows steps, last run, versions and health on one screen',
  options: [{ name: 'recorded', summary: 'only what is recorded; reach no host' }],
  async run(context, input) {
    const cloud = await openDescribedCloud(context);
    const applying = orderSteps(steps).filter((step) => step.applies?.(cloud) ?? true);
    const history = historyOf(readJournal(journalFile(cloud.folder)));
    const hasApis = history.steps.get('identity')?.state === 'verified';
    const health = input.flag('recorded')
      ? undefined
      : await withReach(cloud, asides(context), async (reached): Promise<Health> => {
          const hosts = await ping(cloud, reached.connections);
          const answers = hasApis && hosts.some((host) => host.ok);
          return {
            hosts,
            ...(answers && { toolbox: await toolbox(reached.client(), expectationsOf(cloud)) }),
          };
        });
    const owner = lockOwner(lockFile(cloud.folder));
    const status: Status = {
      cloud: cloud.name,
      release: cloud.release,
      version,
      history,
      steps: applying.map(({ name, title }) => ({ name, title })),
      ...(owner && { owner }),
      ...(health && { health }),
    };
    const { history: _, ...plain } = status;
    const recorded = { lastRun: history.lastRun, records: Object.fromEntries(history.steps) };
    if (context.settings.json) printJson(context, { ...plain, ...recorded });
    else context.terminal.out(formatStatus(status, context.terminal.colors, Date.now()));
    const healthy = !health || (health.hosts.every((host) => host.ok) && health.toolbox?.ok !== false);
    return healthy ? 0 : 1;
  },
};
