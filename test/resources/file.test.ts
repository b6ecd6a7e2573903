import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
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

/** Fakes of tools, which do what another user does at that moment and then what the tool does. */
function meanwhile(place: string, tool: string, body: string): string {
  const bin = join(place, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, tool), `#!/bin/dash\nPATH=\${PATH#*:}\n${body}\nexec ${tool} "$@"\n`);
  chmodSync(join(bin, tool), 0o755);
  return bin;
}

describe('in a folder whose owner is not to be trusted', () => {
  /** The folder of a service, and a file of root's that it wants. */
  function service(name: string) {
    const place = join(root, name);
    mkdirSync(join(place, 'service'), { recursive: true });
    mkdirSync(join(place, 'precious'));
    writeFileSync(join(place, 'precious/shadow'), 'secret\n', { mode: 0o600 });
    const at = (path: string) => join(place, path);
    const untouched = () => {
      expect(readFileSync(at('precious/shadow'), 'utf8')).toBe('secret\n');
      expect(statSync(at('precious/shadow')).mode & 0o7777).toBe(0o600);
      expect(readdirSync(at('precious'))).toEqual(['shadow']);
    };
    return { place, at, untouched };
  }

  test('a link in the place of a new file is not written through, nor given away', () => {
    const { at, untouched } = service('planted');
    for (const name of ['conf', '.conf.cloudwright-new', 'conf.cloudwright-new'])
      symlinkSync(at('precious/shadow'), at(`service/${name}`));
    const wanted = file('h', at('service/conf'), 'y', { ...me, mode: '0666' });
    const [answer] = converge([wanted]);
    expect(answer?.code).toBe(1);
    expect(answer?.stderr).toContain(`${at('service/.conf.cloudwright-new')} is in the way`);
    untouched();
    rmSync(at('service/.conf.cloudwright-new'));
    expect(codes(converge([wanted]))).toEqual([0]);
    expect(readFileSync(at('service/conf'), 'utf8')).toBe('y');
    untouched();
  });

  test('a directory of root’s is not used as the place where the file is made', () => {
    const { at, untouched } = service('stage');
    symlinkSync(at('precious'), at('service/.conf.cloudwright-new'));
    expect(codes(converge([file('h', at('service/conf'), 'y', me)]))).toEqual([1]);
    untouched();
  });

  // The old program made the file where its owner could replace it, and then gave away what it found there.
  test.each(['chown', 'chmod', 'mv'])('what is replaced before %s is not given away', (tool) => {
    const { place, at, untouched } = service(`before-${tool}`);
    const path = meanwhile(
      place,
      tool,
      `for name in conf conf.cloudwright-new; do ln -sfn '${at('precious/shadow')}' "${at('service')}/$name"; done
mv -T '${at('service/.conf.cloudwright-new')}' '${at('service/moved')}' 2>/dev/null
ln -sfn '${at('precious')}' '${at('service/.conf.cloudwright-new')}'`,
    );
    converge([file('h', at('service/conf'), 'y', { ...me, mode: '0666' })], path);
    untouched();
  });

  test('a link in the place of a folder is not followed', () => {
    const { at, untouched } = service('folder');
    symlinkSync(at('precious'), at('service/sub'));
    chmodSync(at('service'), 0o777);
    const all = [
      file('h', at('service/sub/conf'), 'y', me),
      directory('h', at('service/sub/new'), me),
      link('h', at('service/sub/link'), '/etc/one'),
      directory('h', at('service/sub'), me),
    ];
    for (const resource of all) {
      const [answer] = converge([resource]);
      expect(answer).toMatchObject({ code: 1, stderr: expect.stringMatching(/is a link|not a directory/) });
    }
    untouched();
  });

  test('a folder that becomes a link while it is made is not given away', () => {
    const { place, at, untouched } = service('became');
    const path = meanwhile(
      place,
      'mkdir',
      `case "$*" in *sub*) ln -s '${at('precious')}' '${at('service/sub')}'; exit 0 ;; esac`,
    );
    for (const resource of [
      directory('h', at('service/sub'), me),
      file('h', at('service/sub/conf'), 'y', me),
    ]) {
      expect(codes(converge([resource], path))).toEqual([1]);
      untouched();
      rmSync(at('service/sub'));
    }
  });

  test('a link that root alone can have made is followed, relative or absolute', () => {
    const { at } = service('own');
    mkdirSync(at('run/one'), { recursive: true });
    symlinkSync('../run', at('service/relative'));
    symlinkSync(at('run'), at('service/absolute'));
    for (const name of ['relative', 'absolute']) {
      const path = at(`service/${name}/one/${name}.conf`);
      expect(codes(converge([file('h', path, name, me)]))).toEqual([0]);
      expect(readFileSync(at(`run/one/${name}.conf`), 'utf8')).toBe(name);
    }
  });

  test('a run that was killed leaves nothing that hinders the next one', () => {
    const { at } = service('killed');
    mkdirSync(at('service/.conf.cloudwright-new'), { mode: 0o700 });
    writeFileSync(at('service/.conf.cloudwright-new/new'), 'half');
    expect(codes(converge([file('h', at('service/conf'), 'whole', me)]))).toEqual([0]);
    expect(readdirSync(at('service'))).toEqual(['conf']);
    expect(readFileSync(at('service/conf'), 'utf8')).toBe('whole');
  });
});
