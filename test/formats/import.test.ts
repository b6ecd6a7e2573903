import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decode, readSources } from '../../src/formats/files.ts';
import { importFiles, importSources } from '../../src/formats/import.ts';
import { reportJson, reportLines } from '../../src/formats/print.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const answers = '[general]\nCONFIG_CONTROLLER_HOST=10.0.0.1\nCONFIG_NEUTRON_OVN_BRIDGE_IFACES=br-ex:em1\n';

describe('importFiles', () => {
  it('reads a file by its name and keeps the name in places', async () => {
    await writeFile(join(folder, 'answers.txt'), answers);
    const imported = await importFiles(['answers.txt'], { base: folder });
    expect(imported.valid).toBe(true);
    expect(imported.result?.report.files).toEqual(['answers.txt']);
    expect(imported.result?.report.keys[0]?.place).toMatchObject({ file: 'answers.txt', line: 2 });
  });

  it('reads a folder whatever its files are called, past what is no text', async () => {
    await mkdir(join(folder, 'old/.git'), { recursive: true });
    await writeFile(join(folder, 'old/anything'), answers);
    await writeFile(join(folder, 'old/picture.bin'), Buffer.from([1, 0, 2]));
    await writeFile(join(folder, 'old/.git/config'), 'kolla_base_distro: x\n');
    const { valid, result } = await importFiles(['old'], { base: folder });
    expect(valid).toBe(true);
    expect(result?.report.files).toEqual(['anything']);
  });

  it('says what cannot be read', async () => {
    const code = async (path: string) =>
      (await importFiles([path], { base: folder })).problems.map((found) => found.code);
    expect(await code('missing.txt')).toEqual(['IMPORT_FILE_MISSING']);
    await writeFile(join(folder, 'zero'), Buffer.from([65, 0, 66]));
    expect(await code('zero')).toEqual(['IMPORT_FILE_UNREADABLE']);
    await writeFile(join(folder, 'poem'), 'Roses are red\n');
    expect(await code('poem')).toEqual(['IMPORT_FORMAT_UNKNOWN']);
    expect(await code('.')).toEqual(['IMPORT_FILES_SKIPPED', 'IMPORT_FORMAT_UNKNOWN']);
  });

  it('reads comments in another encoding, and warns', async () => {
    // "주석" in EUC-KR.
    await writeFile(
      join(folder, 'a'),
      Buffer.concat([Buffer.from('# '), Buffer.from([0xc1, 0xd6, 0xbc, 0xae, 0x0a]), Buffer.from(answers)]),
    );
    const { valid, problems } = await importFiles(['a'], { base: folder });
    expect(valid).toBe(true);
    expect(problems[0]).toMatchObject({
      code: 'IMPORT_FILE_ENCODING',
      severity: 'warning',
      place: { line: 1, column: 3 },
    });
  });

  it('names files by their folder and tells one answer file from several', async () => {
    await mkdir(join(folder, 'two'));
    await writeFile(join(folder, 'two/a.txt'), answers);
    await writeFile(join(folder, 'two/b.txt'), answers);
    expect((await readSources(['two'], folder)).files.map((file) => file.path)).toEqual(['a.txt', 'b.txt']);
    expect((await importFiles(['two'], { base: folder })).problems[0]?.code).toBe('IMPORT_PACKSTACK_SEVERAL');
  });
});

describe('the files of a folder', () => {
  it('are read through links, which may go in circles', async () => {
    await mkdir(join(folder, 'repo/vars'), { recursive: true });
    await mkdir(join(folder, 'kolla'));
    await writeFile(join(folder, 'repo/vars/a.txt'), answers);
    await symlink('../repo/vars', join(folder, 'kolla/linked'));
    await symlink('.', join(folder, 'repo/vars/again'));
    const { files } = await readSources(['kolla'], folder);
    expect(files).toEqual([{ path: 'linked/a.txt', text: answers }]);
  });

  it('that cannot be read are named, and the others are read', async () => {
    await mkdir(join(folder, 'old'));
    await writeFile(join(folder, 'old/a.txt'), answers);
    await writeFile(join(folder, 'old/b.yml'), Buffer.from([65, 0, 66]));
    await symlink('nowhere', join(folder, 'old/c.yml'));
    const { files, problems } = await readSources(['old'], folder);
    expect(files.map((file) => file.path)).toEqual(['a.txt']);
    expect(problems).toMatchObject([{ code: 'IMPORT_FILES_SKIPPED', severity: 'warning' }]);
    expect(problems[0]?.what).toContain('c.yml (ENOENT), b.yml (it is not text)');
  });

  it('are no devices', async () => {
    const { problems } = await readSources(['/dev/zero'], folder);
    expect(problems).toMatchObject([{ code: 'IMPORT_FILE_UNREADABLE', severity: 'error' }]);
  });

  it('below config/ of Kolla are named as not carried over', () => {
    const files = [
      { path: 'globals.yml', text: 'kolla_internal_vip_address: 10.0.0.250\n' },
      { path: 'config/neutron/ml2_conf.ini', text: '[ml2_type_vlan]\nnetwork_vlan_ranges = a:1:2\n' },
    ];
    const { problems } = importSources(files, { format: 'kolla' });
    expect(problems.find(({ code }) => code === 'IMPORT_FILES_UNUSED')?.what).toContain('ml2_conf.ini');
  });
});

it('no description is made of files without a single key', () => {
  const imported = importSources([{ path: 'globals.yml', text: '# nothing\n' }], { format: 'kolla' });
  expect(imported.rendered).toBeUndefined();
  expect(imported.valid).toBe(false);
});

describe('decode', () => {
  it('reads UTF-8 with and without mark, and UTF-16', () => {
    expect(decode(Buffer.from('a한', 'utf8'))).toEqual({ text: 'a한' });
    expect(decode(Buffer.from('\ufeffa', 'utf8')).text).toBe('a');
    expect(decode(Buffer.from('\ufeffa한', 'utf16le')).text).toBe('a한');
    expect(decode(Buffer.from('\ufeffa한', 'utf16le').swap16()).text).toBe('a한');
  });
});

describe('importSources', () => {
  it('refuses files of two installers until told which', () => {
    const files = [
      { path: 'a', text: answers },
      { path: 'b', text: 'keepalived_vip: 10.0.0.1\n' },
    ];
    expect(importSources(files).problems[0]?.code).toBe('IMPORT_FORMAT_MIXED');
    expect(importSources(files, { format: 'packstack' }).valid).toBe(true);
  });

  it('takes a 1,000-host file', () => {
    const hosts = Array.from({ length: 1000 }, (_, n) => `10.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`);
    const text = `${answers}CONFIG_COMPUTE_HOSTS=${hosts.join(',')}\n`;
    expect(importSources([{ path: 'a', text }]).valid).toBe(true);
  });
});

describe('the printed report', () => {
  const text = `${answers}CONFIG_MANILA_INSTALL=n\n${['DB_PW', 'KS_PW', 'BACKEND', 'NETWORK_TYPE', 'GLUSTERFS_TARGET'].map((key) => `CONFIG_MANILA_${key}=x`).join('\n')}\n`;
  const report = importSources([{ path: 'a', text }]).result?.report;

  it('shows long runs of keys as first and last, and all of them when asked', () => {
    if (!report) throw new Error('no report');
    const short = reportLines(report).map((line) => line.text);
    expect(short).toContain('      5  CONFIG_MANILA_DB_PW … CONFIG_MANILA_GLUSTERFS_TARGET (5 keys)');
    expect(short.join('\n')).not.toContain('4  CONFIG_MANILA_INSTALL');
    const all = reportLines(report, { all: true }).map((line) => line.text.trim());
    expect(all).toContain('7  CONFIG_MANILA_BACKEND');
    expect(all).toContain('4  CONFIG_MANILA_INSTALL');
  });

  it('breaks notes at the width, and is a plain value as JSON', () => {
    if (!report) throw new Error('no report');
    for (const { kind, text: line } of reportLines(report, { columns: 50 }))
      if (kind === 'note') expect(line.length).toBeLessThanOrEqual(50);
    const value = JSON.parse(JSON.stringify(reportJson(report)));
    expect(value.count.total).toBe(report.keys.length);
    expect(value.keys[0]).toMatchObject({
      key: 'CONFIG_CONTROLLER_HOST',
      file: 'a',
      line: 2,
      column: 1,
      outcome: 'carried',
    });
  });
});
