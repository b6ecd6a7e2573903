import { copyFileSync, mkdirSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { eventsOf, runCli } from './support/cli.ts';
import { leaveLab, type TestLab } from './support/lab.ts';
import { labWithPackages } from './support/layer.ts';

/** Files of other installers, imported and deployed: the description that comes out must be a cloud, not a text. */
const names = ['e2epackstack', 'e2eburrito'];

afterAll(async () => {
  for (const name of names) await leaveLab(name);
});

const answers = fileURLToPath(new URL('../formats/packstack/fixtures/lab-one-host.txt', import.meta.url));
const burrito = fileURLToPath(new URL('./burrito', import.meta.url));

/** What no installer's file says: how small this trial machine is, and from where its provider network is seen. */
function trialPart(lab: TestLab, written: string): string {
  const small = '{ cpus: 1, memory_gib: 3, disk_gib: 8 }';
  const minimums = ['control', 'network', 'compute', 'storage'].map((role) => `  ${role}: ${small}`);
  const range = [
    '  provider_cidr: 203.0.113.0/24',
    '  first_address: 203.0.113.200',
    '  last_address: 203.0.113.230',
  ];
  const outside = ['  provider_gateway: 203.0.113.1', `  vantage: { netns: ${lab.state.fabricNetns} }`];
  return [
    ...(written.includes('\nminimums:') ? [] : ['', 'minimums:', ...minimums]),
    // A range that came from the answers ends the file; only what this machine adds is missing.
    ...(written.includes('\ntest:') ? [] : ['', 'test:', ...range]),
    ...outside,
    '',
  ].join('\n');
}

/** Adds the trial's part, deploys, deploys again, and runs the acceptance test. */
async function deployed(lab: TestLab, folder: string): Promise<void> {
  const file = join(folder, 'cloud.yaml');
  await appendFile(file, trialPart(lab, await readFile(file, 'utf8')));
  const valid = await runCli(folder, ['validate'], 60);
  expect(valid.code, valid.output).toBe(0);

  const apply = await runCli(folder, ['apply', '--json'], 900);
  expect(apply.code, apply.output.slice(-6000)).toBe(0);
  const again = await runCli(folder, ['apply', '--json'], 300);
  expect(eventsOf(again.stdout).find((event) => event.type === 'run-finished')).toMatchObject({
    outcome: 'done',
    changed: 0,
  });
  const test = await runCli(folder, ['test'], 600);
  expect(test.code, test.output).toBe(0);
}

describe('descriptions of other installers', () => {
  it('deploys an imported Packstack answer file', async () => {
    const lab = await labWithPackages('e2epackstack');
    const folder = join(lab.folder, 'packstack');
    mkdirSync(folder);
    copyFileSync(answers, join(folder, 'answers.txt'));

    const imported = await runCli(
      folder,
      [
        'import',
        'packstack',
        'answers.txt',
        ...['--vip', '192.168.21.100', '--management-interface', 'eth1', '--ssh-config', lab.state.sshConfig],
      ],
      60,
    );

    expect(imported.code, imported.output).toBe(0);
    expect(imported.stdout).toMatch(/30 keys read from Packstack/);
    await deployed(lab, folder);
    await leaveLab('e2epackstack');
  });

  it('deploys an imported Burrito description', async () => {
    const lab = await labWithPackages('e2eburrito');
    const folder = join(lab.folder, 'burrito');
    mkdirSync(folder);

    const imported = await runCli(
      folder,
      [
        'import',
        'burrito',
        burrito,
        ...['--ssh-config', lab.state.sshConfig, '--device', 'file:/var/lib/cloudwright/osd0.img:20G'],
      ],
      60,
    );

    expect(imported.code, imported.output).toBe(0);
    await deployed(lab, folder);
    await leaveLab('e2eburrito');
  });
});
