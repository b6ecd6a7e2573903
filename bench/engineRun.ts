/**
 * One run of the engine as a process of its own, as the command is: SSH_CONFIG UNITS HOST… It loads what a run needs and
 * nothing of the benchmark. Prints how many resources were changed.
 */
import { apply } from '../src/engine/run.ts';
import { connections } from '../src/hosts/connections.ts';
import { benchCloud, benchStep } from './engineWork.ts';

const [configFile = '', units = '', ...hosts] = process.argv.slice(2);
const cloud = benchCloud(hosts, configFile);
const all = connections(cloud);
const result = await apply({
  steps: [benchStep(units.split(','))],
  subject: cloud,
  secrets: [],
  connections: all,
  emit: () => {},
});
await all.closeAll();
if (result.outcome !== 'done') throw new Error(`the run ended with exit code ${result.exitCode}`);
process.stdout.write(`changed ${result.changed}\n`);
