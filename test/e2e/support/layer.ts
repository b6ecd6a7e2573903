import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { trialDescription } from '../../../src/app/trial.ts';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import { parseDescription } from '../../../src/cloud/read.ts';
import type { HostFacts } from '../../../src/hosts/connection.ts';
import { ensureBase } from '../../../src/lab/base.ts';
import { type LabLocation, labDirectory, labLayers, labSaveLayer } from '../../../src/lab/index.ts';
import { findLayer } from '../../../src/lab/layers.ts';
import { stopNode } from '../../../src/lab/node.ts';
import { describeLab } from '../../../src/lab/state.ts';
import { steps } from '../../../src/steps/index.ts';
import { withLock } from '../../../src/system/lock.ts';
import { hostMirror } from '../../../src/system/mirror.ts';
import { runCli } from './cli.ts';
import { leaveLab, report, type TestLab, type TestLabOptions, testLab } from './lab.ts';

const PREFIX = 'e2e-packages-';
const MAKER = 'e2elayer';

/** Services that come up at boot; `generated`: those that have a SysV script alone. */
const ENABLED = `systemctl list-unit-files --type=service --state=enabled,generated --no-legend --no-pager | awk '{print $1}' | sort`;

/** What is known of a lab's node before there is one: a container on Debian 13. */
const LAB_NODE: HostFacts = {
  hostname: 'control1',
  distribution: 'debian',
  codename: 'trixie',
  versionId: '13',
  kernel: '',
  cpus: 2,
  memoryMiB: 8192,
  rootDiskGiB: 100,
  rootFreeGiB: 100,
  openvswitchModule: false,
  kvm: false,
  container: true,
  clockOffsetSeconds: 0,
  interfaces: [],
  blockDevices: [],
  defaultGateway: true,
};

/**
 * A fresh lab whose node has the packages of every step, as they lie after the step `packages`, and nothing of them
 * started or enabled: deploys onto it skip the minutes of the package transaction. The layer is made once for each
 * machine and list of packages.
 */
export async function labWithPackages(
  name: string,
  options: Omit<TestLabOptions, 'layer'> = {},
): Promise<TestLab> {
  return await testLab(name, { ...options, layer: await packageLayer() });
}

/** Name of the layer with the packages of every step of an all-in-one cloud; made where it is missing. */
export async function packageLayer(): Promise<string> {
  return await locked(async (directory) => {
    const layer = await nameOfLayer(directory);
    if (await isThere(directory, layer)) return layer;
    try {
      const maker = await testLab(MAKER);
      const before = await enabledUnits(maker);
      const run = await runCli(maker.folder, INSTALL, 1200);
      if (run.code !== 0) throw new Error(`The packages could not be installed:\n${run.output}`);
      await save(maker, before, layer);
    } finally {
      await leaveLab(MAKER);
    }
    return layer;
  });
}

/** The command that installs the packages of every step and nothing else. */
export const INSTALL = ['apply', '--step', 'preflight', '--step', 'packages'];

/**
 * Makes a node on which `INSTALL` is through the layer of the other suites, unless there is one. The node is stopped
 * by it. `before`: its `enabledUnits` before the packages. Where its power failed in between, daemons have run once
 * with their packages' settings, which a deploy must be able to take over.
 */
export async function keepAsLayer(lab: TestLab, before: readonly string[]): Promise<string> {
  return await locked(async (directory) => {
    const layer = await nameOfLayer(directory);
    if (!(await isThere(directory, layer))) await save(lab, before, layer);
    return layer;
  });
}

/** Units that come up when the node boots. */
export async function enabledUnits(lab: TestLab): Promise<readonly string[]> {
  return (await lab.get(ENABLED)).split('\n');
}

async function locked<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = labDirectory();
  const lock = join(directory, `${MAKER}-layer.lock`);
  return await withLock(lock, 'the layer with packages', async () => await work(directory), 1200);
}

async function nameOfLayer(directory: string): Promise<string> {
  const lab = { name: MAKER, directory };
  const base = await ensureBase(lab, await hostMirror(), report);
  const words = JSON.stringify([base.id, packagesOfEveryStep(lab)]);
  return `${PREFIX}${createHash('sha256').update(words).digest('hex').slice(0, 12)}`;
}

/** What an all-in-one cloud on a lab's node needs; known before there is a lab. */
function packagesOfEveryStep(lab: LabLocation): readonly string[] {
  const state = describeLab(lab, new Map([['control1', 11]]), {
    mirror: '',
    securityMirror: undefined,
    memoryMiB: 0,
  });
  const place = { file: 'cloud.yaml', folder: '/nonexistent', home: '/root' };
  const { cloud: described } = parseDescription(trialDescription(state), place);
  if (!described) throw new Error('the description of the trial is not valid');
  const cloud: Cloud = { ...described, secrets: {} as Cloud['secrets'] };
  const facts = new Map([['control1', LAB_NODE]]);
  const names = steps.flatMap((step) => step.packages?.({ cloud, facts }, 'control1') ?? []);
  return [...new Set(names)].sort();
}

async function isThere(directory: string, layer: string): Promise<boolean> {
  return await findLayer(directory, layer).then(
    () => true,
    () => false,
  );
}

async function save(maker: TestLab, before: readonly string[], layer: string): Promise<void> {
  const added = (await enabledUnits(maker)).filter((unit) => !before.includes(unit));
  // A deploy in one go meets packages whose services have never run; a boot in between would start them all.
  await maker.get(`systemctl disable --quiet ${added.map((unit) => `'${unit}'`).join(' ')}`, 600);
  // A node that is made of the layer belongs to no cloud yet.
  await maker.get('rm -f /var/lib/cloudwright/cloud-id /var/lib/cloudwright/manifest.json');
  await stopNode(maker.name, 'control1');
  await labSaveLayer(maker, 'control1', layer);
  await removeOthers(maker.directory, layer);
}

/** Layers of older lists of packages. One of them may lie under a node that a test of another checkout runs. */
async function removeOthers(directory: string, current: string): Promise<void> {
  for (const layer of await labLayers(directory)) {
    if (!layer.startsWith(PREFIX) || layer === current) continue;
    await rm(join(directory, 'layers', layer), { recursive: true, force: true });
  }
}
