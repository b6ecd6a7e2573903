import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseMirror,
  nodeUri,
  parseAptConfig,
  parseDeb822,
  parseOneLine,
  sourceLines,
} from '../../src/system/mirror.ts';

describe('the sources of this machine', () => {
  it('reads one-line sources, with options and comments', () => {
    const text = `# deb http://a.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian trixie main contrib # ours
deb-src http://m.example/debian trixie main
  deb https://s.example/debian-security trixie-security main`;
    expect(parseOneLine(text)).toEqual([
      { uri: 'http://m.example/debian', suite: 'trixie' },
      { uri: 'https://s.example/debian-security', suite: 'trixie-security' },
    ]);
  });

  it('reads deb822 sources: several values, folded lines, comments inside, disabled stanzas', () => {
    const text = `Types: deb deb-src
# a snapshot, once
URIs: http://m.example/debian
Suites: bookworm
 bookworm-updates
Components: main

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Enabled: no

types: deb
uris: http://s.example/debian-security/
suites: bookworm-security
`;
    expect(parseDeb822(text)).toEqual([
      { uri: 'http://m.example/debian', suite: 'bookworm' },
      { uri: 'http://m.example/debian', suite: 'bookworm-updates' },
      { uri: 'http://s.example/debian-security/', suite: 'bookworm-security' },
    ]);
  });

  it('knows the Debian archive from third parties, whatever the order', () => {
    const sources = [
      { uri: 'https://packages.example/apt', suite: 'stable' },
      { uri: 'https://deb.example/node', suite: 'nodistro' },
      { uri: 'file:/srv/debian', suite: 'bookworm' },
      { uri: 'http://m.example/debian/', suite: 'bookworm' },
      { uri: 'http://m.example/debian-security', suite: 'bookworm-security' },
    ];
    const expected = { archive: 'http://m.example/debian', security: 'http://m.example/debian-security' };
    expect(chooseMirror(sources)).toEqual(expected);
    expect(chooseMirror([...sources].reverse())).toEqual(expected);
    expect(chooseMirror([])).toBeUndefined();
  });

  it('never trips over any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const source of [...parseOneLine(text), ...parseDeb822(text)]) {
          expect(source.uri).toMatch(/^\S+$/);
          expect(source.suite).toMatch(/^\S+$/);
        }
      }),
    );
  });

  it('finds what it has written itself', () => {
    const host = fc.stringMatching(/^[a-z]{1,8}\.example$/);
    fc.assert(
      fc.property(host, fc.constantFrom('http', 'https'), fc.boolean(), (name, scheme, security) => {
        const mirror = {
          archive: `${scheme}://${name}/debian`,
          security: security ? `${scheme}://${name}/debian-security` : undefined,
          proxy: undefined,
          settings: [],
        };
        const text = sourceLines(mirror, 'trixie', (uri) => uri).join('\n');
        expect(chooseMirror(parseOneLine(text))).toEqual({
          archive: mirror.archive,
          security: mirror.security,
        });
      }),
    );
  });
});

it('carries over the proxy and what an aged mirror needs', () => {
  const dump = `APT "";
Acquire::http::Proxy "http://p.example:3128";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
`;
  expect(parseAptConfig(dump)).toEqual({
    proxy: 'http://p.example:3128',
    settings: ['Acquire::Check-Valid-Until "false";'],
  });
});

it('lets nodes ask over http alone', () => {
  expect(nodeUri('https://m.example/debian')).toBe('http://m.example/debian');
  expect(nodeUri('http://m.example/debian')).toBe('http://m.example/debian');
});
