import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { journalFile, readJournal } from '../../src/engine/journal.ts';
import { type CliRun, eventsOf, runCli, startCli } from './support/cli.ts';
import { leaveLab, type TestLab } from './support/lab.ts';
import { labWithPackages } from './support/layer.ts';
import { seededRandom } from './support/random.ts';
import {
  filesBelow,
  type Needle,
  type ProcessWatch,
  secretNeedles,
  secretsIn,
  watchProcesses,
} from './support/secrets.ts';

const KILLS = 20;
const LAB = 'e2ekill';
const seed = Number(process.env.CLOUDWRIGHT_SEED ?? Date.now() % 1_000_000);

let lab: TestLab;
let needles: readonly Needle[];
let watch: ProcessWatch;
const outputs: string[] = [];

beforeAll(async () => {
  lab = await labWithPackages(LAB);
  // Files that hold a secret of this cloud have been written after this one.
  await lab.get('touch /var/lib/e2e-begin');
  expect(await runCli(lab.folder, ['vault', 'make'])).toMatchObject({ code: 0 });
  needles = await secretNeedles(lab.folder);
  expect(needles.length).toBeGreaterThan(40);
});
afterAll(async () => {
  watch?.stop();
  await leaveLab(LAB);
});

/** How a run is killed: so long after its start, or so long after it has begun so many changes. */
interface Cut {
  readonly changes: number;
  readonly seconds: number;
}

it(`is killed at ${KILLS} points of a deploy, and converges (seed ${seed})`, async () => {
  process.stdout.write(`CLOUDWRIGHT_SEED=${seed} repeats the points of this run.\n`);
  watch = watchProcesses(needles);
  const random = seededRandom(seed);
  let inChanges = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const cut: Cut =
      kill % 4 === 0
        ? { changes: 0, seconds: 0.3 + random() * 7.7 }
        : { changes: 1 + Math.floor(random() * 14), seconds: random() };
    const run = startCli(lab.folder, ['apply', ...(kill % 2 === 0 ? ['--json'] : ['--verbose'])]);
    await reached(run, cut);
    run.kill('SIGKILL');
    const { code, output } = await run.ended;
    outputs.push(output);
    // Undefined: the kill ended it. One that came to its own end before must have done its work.
    expect(code ?? 0, output.slice(-4000)).toBe(0);
    const open = changesUnderWay(run.pid);
    if (open.length > 0) inChanges += 1;
    process.stdout.write(
      `kill ${kill + 1}: ${open.length} changes under way: ${open.slice(0, 3).join(', ')}\n`,
    );
  }
  const last = await runCli(lab.folder, ['apply', '--json'], 900);
  outputs.push(last.output);
  expect(last.code, last.output.slice(-4000)).toBe(0);
  expect(inChanges).toBeGreaterThanOrEqual(KILLS / 2);

  const again = await runCli(lab.folder, ['apply', '--json']);
  outputs.push(again.output);
  expect(again.code, again.output.slice(-4000)).toBe(0);
  expect(eventsOf(again.stdout).findLast((event) => event.type === 'run-finished')).toMatchObject({
    outcome: 'done',
    changed: 0,
  });
  watch.stop();
});

/** Waits for the point at which the run is to be killed, or for its end. The pause is the fault, not a wait. */
async function reached(run: CliRun, cut: Cut): Promise<void> {
  const begun = (): number => {
    const events = readJournal(journalFile(lab.folder));
    const start = events.findLastIndex((event) => event.type === 'run-started' && event.pid === run.pid);
    return start < 0 ? 0 : events.slice(start).filter((event) => event.type === 'change-started').length;
  };
  const limit = Date.now() + 120_000;
  while (run.running && begun() < cut.changes) {
    if (Date.now() > limit) throw new Error(`no ${cut.changes} changes within 120 s:\n${run.said()}`);
    await pause(20);
  }
  await Promise.race([pause(cut.seconds * 1000), run.ended]);
}

/** Resources whose change a run began and did not end, as the journal says. */
function changesUnderWay(pid: number): string[] {
  const events = readJournal(journalFile(lab.folder));
  const start = events.findLastIndex((event) => event.type === 'run-started' && event.pid === pid);
  const open = new Set<string>();
  for (const event of start < 0 ? [] : events.slice(start)) {
    if (event.type === 'change-started') open.add(event.resource);
    else if (event.type === 'change-done' || event.type === 'change-failed') open.delete(event.resource);
  }
  return [...open];
}

const DUPLICATES: Readonly<Record<string, string>> = {
  users: 'select name from keystone.local_user group by domain_id, name having count(*) > 1',
  projects: 'select name from keystone.project group by domain_id, parent_id, name having count(*) > 1',
  roles: 'select name from keystone.role group by domain_id, name having count(*) > 1',
  services: 'select type from keystone.service group by type having count(*) > 1',
  endpoints:
    'select url from keystone.endpoint group by service_id, interface, region_id having count(*) > 1',
  networks: 'select name from neutron.networks group by project_id, name having count(*) > 1',
  'network agents': 'select host from neutron.agents group by agent_type, host having count(*) > 1',
  cells: 'select name from nova_api.cell_mappings group by name having count(*) > 1',
  flavors: 'select name from nova_api.flavors group by name having count(*) > 1',
  'compute services':
    'select host from nova.services where deleted = 0 group by host, `binary` having count(*) > 1',
  hypervisors:
    'select hypervisor_hostname from nova.compute_nodes where deleted = 0 group by hypervisor_hostname having count(*) > 1',
  'volume services':
    'select host from cinder.services where deleted = 0 group by host, `binary` having count(*) > 1',
  'volume types': 'select name from cinder.volume_types where deleted = 0 group by name having count(*) > 1',
  images: 'select name from glance.images where deleted = 0 group by name having count(*) > 1',
};

it('has made nothing twice', async () => {
  for (const [what, query] of Object.entries(DUPLICATES)) {
    expect(await lab.get(`mariadb -N <<'SQL'\n${query};\nSQL\n`), what).toBe('');
  }
  const sql = async (query: string): Promise<number> =>
    Number(await lab.get(`mariadb -N <<'SQL'\n${query};\nSQL\n`));
  expect(await sql('select count(*) from keystone.local_user')).toBeGreaterThanOrEqual(8);
  expect(await sql('select count(*) from keystone.endpoint')).toBeGreaterThanOrEqual(21);
  expect(await sql('select count(*) from nova_api.cell_mappings')).toBe(2);
});

it('shows no secret in any command line, on the node or here', () => {
  expect(watch.looks).toBeGreaterThan(10_000);
  expect([...watch.found]).toEqual([]);
});

it('shows no secret on the terminal, in the journal or beside the description', () => {
  for (const output of outputs) expect(secretsIn(output, needles)).toEqual([]);
  expect(secretsIn(readFileSync(journalFile(lab.folder), 'utf8'), needles)).toEqual([]);
  // The logins are there for their owner, and nobody else.
  for (const file of filesBelow(lab.folder)) {
    const held = secretsIn(readFileSync(file, 'utf8'), needles);
    if (statSync(file).mode & 0o077) expect(held, file).toEqual([]);
  }
  expect(statSync(join(lab.folder, 'vault.yml')).mode & 0o077).toBe(0);
});

it('leaves no secret in a file on the node that everyone may read', async () => {
  const patterns = needles.map((needle) => needle.text).join('\n');
  const script = `umask 077
cat >/run/e2e-needles <<'NEEDLES'
${patterns}
NEEDLES
# Looked for by one who is nobody: what lies in a closed folder can't be read whatever its own mode.
runuser -u nobody -- find / /run /tmp /dev/shm -xdev -type f -perm -004 -cnewer /var/lib/e2e-begin -size +0 -print0 2>/dev/null >/run/e2e-files
tr -cd '\\0' </run/e2e-files | wc -c
xargs -0 -r grep -l -a -F -f /run/e2e-needles -- </run/e2e-files 2>/dev/null
rm -f /run/e2e-needles /run/e2e-files
:`;
  const [count, ...holding] = (await lab.get(script, 300)).split('\n');
  expect(Number(count)).toBeGreaterThan(20);
  expect(holding).toEqual([]);
});
