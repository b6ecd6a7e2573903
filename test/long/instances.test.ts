import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventsOf, runCli } from '../e2e/support/cli.ts';
import { instances } from '../e2e/support/instances.ts';
import { leaveLab, type TestLab } from '../e2e/support/lab.ts';
import { labWithPackages } from '../e2e/support/layer.ts';
import { tunnelledCloud } from '../e2e/support/tunnel.ts';

/** What tenants' instances reach of the hosts of an all-in-one cloud. Needs a lab and about six minutes. */
const LAB = 'longguests';
const LIMIT = 1_800_000;
let lab: TestLab;

beforeAll(async () => {
  lab = await labWithPackages(LAB);
}, LIMIT);
afterAll(async () => await leaveLab(LAB), LIMIT);

/** Applies the description; gives the resources that were changed. */
async function apply(): Promise<readonly string[]> {
  const run = await runCli(lab.folder, ['apply', '--json'], 1500);
  expect(run.code, run.output.slice(-6000)).toBe(0);
  return eventsOf(run.stdout).flatMap((event) => (event.type === 'change-done' ? [event.resource] : []));
}

it(
  'is deployed',
  async () => {
    expect((await apply()).length).toBeGreaterThan(100);
  },
  LIMIT,
);

instances(
  () => lab,
  () => join(lab.folder, 'cloud.yaml'),
  () => tunnelledCloud(join(lab.folder, 'clouds.yaml'), lab.state.sshConfig, 'control1'),
  apply,
);
