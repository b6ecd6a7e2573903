import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { attempt } from './command.ts';
import { textOf } from './files.ts';

/** Where packages come from, as this machine's own apt knows it. */
export interface Mirror {
  /** The main archive, without a closing slash. */
  readonly archive: string;
  readonly security: string | undefined;
  /** A proxy that this machine's apt goes through. */
  readonly proxy: string | undefined;
  /** Settings that a mirror with frozen or aged indexes needs, as lines of apt.conf. */
  readonly settings: readonly string[];
}

interface Source {
  readonly uri: string;
  readonly suite: string;
}

/** Sources of the one-line format, sources.list(5): `deb [options] uri suite component...`. */
export function parseOneLine(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line.replace(/#.*/, ''));
    if (match?.[1] && match[2]) sources.push({ uri: match[1], suite: match[2] });
  }
  return sources;
}

/** Sources of the deb822 format, sources.list(5): stanzas of fields, values folded over lines that begin with a blank. */
export function parseDeb822(text: string): Source[] {
  const sources: Source[] = [];
  const clean = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  for (const stanza of clean.split(/\n\s*\n/)) {
    const fields = new Map<string, string[]>();
    for (const [, key = '', value = ''] of stanza.matchAll(/^([A-Za-z0-9-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
      fields.set(key.toLowerCase(), value.split(/\s+/).filter(Boolean));
    }
    if (fields.get('enabled')?.[0]?.toLowerCase() === 'no') continue;
    if (!fields.get('types')?.includes('deb')) continue;
    for (const uri of fields.get('uris') ?? []) {
      for (const suite of fields.get('suites') ?? []) sources.push({ uri, suite });
    }
  }
  return sources;
}

/** The archive and the security archive among the sources: known by path and suite, so that third parties stay out. */
export function chooseMirror(
  sources: readonly Source[],
): { archive: string; security: string | undefined } | undefined {
  const clean = sources
    .map((source) => ({ ...source, uri: source.uri.replace(/\/+$/, '') }))
    .filter((source) => /^https?:/.test(source.uri));
  const security = clean.find((source) => source.suite.includes('-security'))?.uri;
  const suites = /^(bookworm|trixie|forky|stable|oldstable|testing)$/;
  const candidates = clean.filter((source) => suites.test(source.suite));
  const archive = candidates.find((source) => /\/debian$/.test(source.uri)) ?? candidates[0];
  return archive && { archive: archive.uri, security };
}

const SETTINGS = ['Acquire::Check-Valid-Until', 'Acquire::Check-Date', 'Acquire::Retries'];

/** Reads /etc/apt of this machine; `CLOUDWRIGHT_MIRROR` and `CLOUDWRIGHT_SECURITY_MIRROR` go before it. */
export async function hostMirror(root = '/etc/apt'): Promise<Mirror> {
  const dump = await attempt('apt-config', ['dump'], { doing: 'read the apt configuration of this machine' });
  const found = chooseMirror(await hostSources(root));
  const archive = process.env.CLOUDWRIGHT_MIRROR ?? found?.archive;
  if (!archive) fail('SYSTEM_NO_MIRROR');
  return {
    archive: archive.replace(/\/+$/, ''),
    security: process.env.CLOUDWRIGHT_SECURITY_MIRROR ?? found?.security,
    ...parseAptConfig(dump.stdout),
  };
}

/** The proxy and the settings to carry over, out of `apt-config dump`. */
export function parseAptConfig(dump: string): Pick<Mirror, 'proxy' | 'settings'> {
  const lines = dump.split('\n');
  const proxy = lines.map((line) => /^Acquire::http::Proxy "(http:[^"]+)";$/i.exec(line)?.[1]).find(Boolean);
  const settings = lines.filter((line) => SETTINGS.some((key) => line.startsWith(`${key} "`)));
  return { proxy, settings };
}

async function hostSources(root: string): Promise<Source[]> {
  const sources = parseOneLine(await textOf(join(root, 'sources.list')));
  const folder = join(root, 'sources.list.d');
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const text = await textOf(join(folder, name));
    if (name.endsWith('.list')) sources.push(...parseOneLine(text));
    if (name.endsWith('.sources')) sources.push(...parseDeb822(text));
  }
  return sources;
}

/**
 * The address under which nodes ask for an archive: always http, since the package proxy cannot keep what passes
 * through it encrypted; it asks an https mirror over https itself.
 */
export function nodeUri(uri: string): string {
  return uri.replace(/^https:/, 'http:');
}

/** The lines of sources.list for a release: main archive, its updates, security. */
export function sourceLines(mirror: Mirror, release: string, uri: (uri: string) => string): string[] {
  const lines = [
    `deb ${uri(mirror.archive)} ${release} main`,
    `deb ${uri(mirror.archive)} ${release}-updates main`,
  ];
  if (mirror.security) lines.push(`deb ${uri(mirror.security)} ${release}-security main`);
  return lines;
}
