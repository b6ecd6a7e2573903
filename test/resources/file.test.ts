import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { absent, directory, file, link, renderIni } from '../../src/resources/index.ts';
import { Confidential, masked, text } from '../../src/secrets/confidential.ts';
import { converge, me, plan, scratch } from './sh.ts';

const root = scratch();
const codes = (answers: readonly { code: number }[]): number[] => answers.map((answer) => answer.code);

describe('file', () => {
  test('is made, then left alone; many in one read', () => {
    const files = Array.from({ length: 100 }, (_, n) =>
      file('h', join(root, `many/${n}`), `content ${n}\n`, me),
    );
    expect(new Set(codes(converge(files)))).toEqual(new Set([0]));
    expect(plan(files)).toEqual(files.map(() => undefined));
    expect(statSync(join(root, 'many/3')).mode & 0o7777).toBe(0o644);
  });

  test('a changed line shows as a difference', () => {
    const path = join(root, 'conf');
    writeFileSync(path, 'a\nb\nc\nd\ne\n');
    const [change] = plan([file('h', path, 'a\nb\nc\nD\ne\n', me)]);
    expect(change?.summary).toBe(`write ${path}`);
    expect(change?.difference).toBe('@@ -2,4 +2,4 @@\n b\n c\n-d\n+D\n e');
  });

  test('notes on lines show in the difference and are not written', () => {
    const path = join(root, 'notes.conf');
    const content = renderIni(
      { DEFAULT: { debug: true } },
      { origins: { DEFAULT: { debug: 'cloud.yaml:41' } } },
    );
    const desired = file('h', path, content, me);
    expect(plan([desired])[0]?.difference).toContain('+debug = true  (cloud.yaml:41)');
    converge([desired]);
    expect(readFileSync(path, 'utf8')).toBe(content.content);
    expect(plan([desired])).toEqual([undefined]);
  });

  test('mode alone', () => {
    const path = join(root, 'mode');
    writeFileSync(path, 'x');
    chmodSync(path, 0o604);
    const desired = file('h', path, 'x', { ...me, mode: '0600' });
    expect(plan([desired])[0]?.summary).toBe(`set mode 604 -> 0600 of ${path}`);
    expect(codes(converge([desired]))).toEqual([0]);
    expect(plan([desired])).toEqual([undefined]);
  });

  test('a link in its place is replaced, not followed', () => {
    const target = join(root, 'target');
    const path = join(root, 'was-link');
    writeFileSync(target, 'x');
    symlinkSync(target, path);
    const desired = file('h', path, 'y', me);
    converge([desired]);
    expect(readFileSync(target, 'utf8')).toBe('x');
    expect(readFileSync(path, 'utf8')).toBe('y');
    expect(plan([desired])).toEqual([undefined]);
  });

  test('a directory in its place is an error', () => {
    const path = join(root, 'is-directory');
    mkdirSync(path);
    const [answer] = converge([file('h', path, 'y', me)]);
    expect(answer?.code).toBe(1);
    expect(existsSync(join(path, 'is-directory.cloudwright-new'))).toBe(false);
  });

  test('secrets, ours and found ones, never show', () => {
    const path = join(root, 'secret.conf');
    writeFileSync(
      path,
      [
        '[DEFAULT]',
        'transport_url = rabbit://openstack:found1@10.0.0.1:5672/',
        'metadata_proxy_shared_secret = found2',
        'connection = mysql+pymysql://nova:old-known@10.0.0.1/nova',
        'odd line with new-known in it',
        'debug = true',
        '',
      ].join('\n'),
    );
    const password = new Confidential('new-known');
    const content = text`[DEFAULT]\nconnection = mysql+pymysql://nova:${password}@10.0.0.1/nova\ndebug = true\n`;
    const [change] = plan([file('h', path, content, { ...me, mode: '0640' })]);
    expect(change?.difference).toContain('+connection = mysql+pymysql://nova:••••@10.0.0.1/nova');
    expect(change?.difference).toContain('-metadata_proxy_shared_secret = ••••');
    expect(change?.difference).toContain(' debug = true');
    for (const secret of ['found1', 'found2', 'old-known', 'new-known']) {
      expect(change?.difference).not.toContain(secret);
      expect(masked(change?.script ?? '')).not.toContain(secret);
    }
  });

  test('an older key in a file of nothing but a key never shows', () => {
    const path = join(root, 'key');
    writeFileSync(path, 'b2xkZXIga2V5\n# of another time\n');
    const [change] = plan([file('h', path, new Confidential('bmV3IGtleQ'), me)]);
    expect(change?.difference).toContain('-••••\n-••••\n+••••');
    expect(change?.difference).not.toMatch(/b2xk|bmV3|another/);
  });

  test('content with a secret is readable by root only, by default', () => {
    const path = join(root, 'pem');
    converge([file('h', path, new Confidential('a\nb\nc\n'), me)]);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    const [change] = plan([file('h', path, new Confidential('a\nb\nx\n'), me)]);
    expect(change?.difference).toBeUndefined();
  });
});

describe('directory, link, absent', () => {
  test('directory', () => {
    const desired = directory('h', join(root, 'd/e/f'), { ...me, mode: '0750' });
    expect(codes(converge([desired]))).toEqual([0]);
    expect(statSync(join(root, 'd/e/f')).mode & 0o7777).toBe(0o750);
    expect(plan([desired])).toEqual([undefined]);
    writeFileSync(join(root, 'd/file'), '');
    const [answer] = converge([directory('h', join(root, 'd/file'), me)]);
    expect(answer?.code).toBe(1);
    expect(answer?.stderr).toContain('is not a directory');
  });

  test('link', () => {
    const there = link('h', join(root, "l/it's"), '/etc/one');
    const other = link('h', join(root, 'l/two'), '/etc/two');
    expect(codes(converge([there, other]))).toEqual([0, 0]);
    expect(readlinkSync(join(root, "l/it's"))).toBe('/etc/one');
    expect(plan([there, other])).toEqual([undefined, undefined]);
    const moved = link('h', join(root, 'l/two'), '/etc/three');
    expect(codes(converge([there, moved]))).toEqual([0]);
    expect(readlinkSync(join(root, 'l/two'))).toBe('/etc/three');
    mkdirSync(join(root, 'l/dir'));
    expect(codes(converge([link('h', join(root, 'l/dir'), '/x')]))).toEqual([1]);
  });

  test('absent', () => {
    mkdirSync(join(root, 'gone/deep'), { recursive: true });
    symlinkSync('/nowhere', join(root, 'dangling'));
    const all = [
      absent('h', join(root, 'gone')),
      absent('h', join(root, 'dangling')),
      absent('h', join(root, 'never')),
    ];
    expect(codes(converge(all))).toEqual([0, 0]);
    expect(existsSync(join(root, 'gone'))).toBe(false);
    expect(plan(all)).toEqual([undefined, undefined, undefined]);
  });
});
