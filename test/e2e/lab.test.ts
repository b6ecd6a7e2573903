import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupProcesses } from '../../src/lab/controlGroups.ts';
import {
  type LabState,
  labCut,
  labDirectory,
  labDown,
  labExec,
  labHeal,
  labPartition,
  labRemains,
  labRestore,
  labSnapshot,
  labStatus,
  labUp,
  sshToNode,
} from '../../src/lab/index.ts';
import { initProcess } from '../../src/lab/node.ts';
import { killGroups } from '../../src/lab/processes.ts';
import { waitFor } from '../../src/system/wait.ts';
import { noteLeftBehind } from './support/leftBehind.ts';

const lab = { name: 'labtest', directory: labDirectory() };
const lines: string[] = [];
const report = (line: string): void => {
  lines.push(line);
};

async function up(signal?: AbortSignal): Promise<LabState> {
  noteLeftBehind('lab', join(lab.directory, lab.name));
  return await labUp({ ...lab, nodes: [{ name: 'control1' }], memoryMiB: 1024 }, signal, report);
}

async function run(line: string): Promise<string> {
  const result = await labExec(lab, 'control1', line, 120);
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return result.stdout.trim();
}

/** Command lines of live processes that mention the lab's folder or namespaces. */
async function processesOfLab(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
    if (line.includes(join(lab.directory, lab.name)) || line.includes(`cw-${lab.name}-`)) found.push(line);
  }
  return found;
}

async function expectNothingLeft(): Promise<void> {
  expect(await labRemains(lab)).toEqual({ namespaces: [], groups: [], mounts: [], files: [] });
  expect(await processesOfLab()).toEqual([]);
  expect(await readdir('/run/netns')).not.toContain('cw-labtest-fabric');
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain('cw-labtest-');
}

describe('a lab of one node', () => {
  beforeAll(async () => {
    await labDown(lab, undefined, report);
    await up();
  });
  afterAll(async () => await labDown(lab, undefined, report));

  it('reaches the node over ssh, by name and host key, with its five interfaces', async () => {
    expect(await run('hostname')).toBe('control1');
    const addresses = await run('ip -4 -br address; ip -br link show eth2');
    for (const network of [20, 21, 23, 24]) expect(addresses).toContain(`192.168.${network}.11/24`);
    expect(addresses).toMatch(/eth2@\S+\s+UP/);
    expect(await run('ip route show default')).toContain('192.168.20.250');
    expect(await run('cat /proc/1/comm')).toBe('systemd');
  });

  it('is a bare Debian 13 with a sudo user who needs a password', async () => {
    expect(await run('. /etc/os-release; echo $VERSION_CODENAME')).toBe('trixie');
    expect((await labExec(lab, 'control1', 'command -v python3')).exitCode).not.toBe(0);
    expect((await labExec(lab, 'control1', 'runuser -u operator -- sudo -n true')).exitCode).not.toBe(0);
    const password = (await readFile(join(lab.directory, lab.name, 'operator.password'), 'utf8')).trim();
    const script = `printf '%s\\n' '${password}' | runuser -u operator -- sudo -S -p '' id -u`;
    expect(await run(script)).toBe('0');
  });

  it('runs words on the node as they were given', async () => {
    const node = { ...lab, node: 'control1' };
    expect(await sshToNode(node, ['test -d /etc && test $(hostname) = control1 && exit 7'])).toBe(7);
    expect(await sshToNode(node, ['sh', '-c', 'test "$1" = "a  b" && exit 8', 'sh', 'a  b'])).toBe(8);
    expect(await sshToNode(node, ['test', '-v', '=', '-v'])).toBe(0);
  });

  it('finds everything in place the second time', async () => {
    const init = await initProcess(lab.name, 'control1');
    const boot = await run('cat /proc/sys/kernel/random/boot_id');
    lines.length = 0;
    await up();
    expect(lines).toEqual([]);
    expect(await initProcess(lab.name, 'control1')).toBe(init);
    expect(await run('cat /proc/sys/kernel/random/boot_id')).toBe(boot);
  });

  it('installs a package through the proxy, and has no other way out', async () => {
    await run('apt-get install -qy --no-install-recommends hello >/dev/null && hello');
    expect((await labExec(lab, 'control1', 'ping -c 1 -W 1 192.0.2.1')).exitCode).not.toBe(0);
  });

  it('keeps what was written through a power cut, and comes back', async () => {
    await run('echo before > /root/cut');
    await labCut({ ...lab, node: 'control1' });
    expect(await initProcess(lab.name, 'control1')).toBeUndefined();
    expect(await groupProcesses('cloudwright-labtest-control1')).toEqual([]);
    expect((await labStatus(lab))?.nodes[0]).toMatchObject({ running: false, connected: false });
    await labHeal({ ...lab, node: 'control1' }, undefined, report);
    expect(await run('cat /root/cut')).toBe('before');
  });

  it('parts the node from the network and brings it back without a boot', async () => {
    const init = await initProcess(lab.name, 'control1');
    await labPartition({ ...lab, node: 'control1' });
    expect((await labStatus(lab))?.nodes[0]).toMatchObject({ running: true, connected: false });
    await labHeal({ ...lab, node: 'control1' }, undefined, report);
    expect(await initProcess(lab.name, 'control1')).toBe(init);
    expect(await run('echo back')).toBe('back');
  });

  it('goes back to a snapshot, with files made, changed and removed since', async () => {
    await run('echo one > /root/kept; echo one > /root/gone');
    await labSnapshot({ ...lab, snapshot: 'first' }, undefined, report);
    await run('echo two > /root/kept; rm /root/gone; echo new > /root/new');
    await labSnapshot({ ...lab, snapshot: 'second' }, undefined, report);
    await labRestore({ ...lab, snapshot: 'first' }, undefined, report);
    expect(await run('cat /root/kept /root/gone; ls /root/new 2>&1 || true')).toMatch(
      /^one\none\n.*No such file/s,
    );
    await labRestore({ ...lab, snapshot: 'second' }, undefined, report);
    expect(await run('cat /root/kept; cat /root/new; ls /root/gone 2>&1 || true')).toMatch(
      /^two\nnew\n.*No such/s,
    );
    await expect(labRestore({ ...lab, snapshot: 'third' }, undefined, report)).rejects.toThrow(
      /LAB_SNAPSHOT_UNKNOWN/,
    );
  });

  it('leaves nothing behind when taken down', async () => {
    await labDown(lab, undefined, report);
    await expectNothingLeft();
    await labDown(lab, undefined, report);
  });
});

describe('a lab that broke', () => {
  afterAll(async () => await labDown(lab, undefined, report));

  it('is taken down after systemd-nspawn was killed in the middle of the boot', async () => {
    const coming = up().catch((error: unknown) => error);
    let killed = 0;
    for (let look = 0; look < 2000 && killed === 0; look++) {
      for (const pid of await groupProcesses('cloudwright-labtest-control1')) {
        if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith('systemd-nspawn')) {
          process.kill(pid, 'SIGKILL');
          killed = pid;
        }
      }
      await new Promise((wake) => setTimeout(wake, 5));
    }
    expect(killed).toBeGreaterThan(0);
    await coming;
    await labDown(lab, undefined, report);
    await expectNothingLeft();
  });

  it('takes itself down when it is interrupted at any point of coming up', async () => {
    // A node's milestones: its folder, its namespace, its first process.
    const milestones = [
      async () => (await labRemains(lab)).files.length > 0,
      async () => (await labRemains(lab)).namespaces.includes(`cw-${lab.name}-control1`),
      async () => (await initProcess(lab.name, 'control1')) !== undefined,
    ];
    for (const reached of milestones) {
      const controller = new AbortController();
      const coming = up(controller.signal).then(
        () => 'up',
        (error: unknown) => String(error),
      );
      await waitFor('the lab to have begun', reached, 60, { everyMilliseconds: 2 });
      controller.abort();
      expect(await coming).toMatch(/SYSTEM_INTERRUPTED/);
      await expectNothingLeft();
    }
  });

  it('is taken down from what is left, without its state', async () => {
    await up();
    await rm(join(lab.directory, lab.name, 'lab.json'));
    await killGroups([`cloudwright-${lab.name}-control1`]);
    await labDown(lab, undefined, report);
    await expectNothingLeft();
  });

  it('does not begin to take a lab down when it is interrupted before', async () => {
    await up();
    await expect(labDown(lab, AbortSignal.abort(), report)).rejects.toThrow(/SYSTEM_INTERRUPTED/);
    expect((await labStatus(lab))?.nodes[0]).toMatchObject({ running: true });
  });
});
