import { createHash } from 'node:crypto';
import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { reveal, type Text, text } from '../secrets/confidential.ts';
import { LISTS_STAMP, REFRESH } from './apt.ts';
import { MANAGED } from './ini.ts';
import { lines, quote, subshell, writeFile } from './shell.ts';

export interface AptSourcesDefinition {
  /** Base address of the Debian archive; absent: the host's own sources stay. */
  readonly mirror?: string;
  readonly securityMirror?: string;
  /** Code name: `trixie`. */
  readonly suite: string;
  readonly components?: readonly string[];
  /** HTTP proxy, perhaps with credentials; absent: none of ours. */
  readonly proxy?: Text;
  /** Key ring; the one of the package debian-archive-keyring unless told. */
  readonly signedBy?: string;
  /** The mirror has `<suite>-updates` too; yes unless told. */
  readonly updates?: boolean;
}

export interface AptSourcesDesired {
  readonly sources: string | undefined;
  readonly proxy: Text | undefined;
  readonly mirror: string | undefined;
}

export interface AptSourcesState {
  readonly sourcesDigest?: string;
  readonly proxyDigest?: string;
  /** Other files that name a source. */
  readonly others: readonly string[];
  /** The lists were read after the sources were written. */
  readonly listsCurrent: boolean;
}

const SOURCES = '/etc/apt/sources.list.d/cloudwright.sources';
/** Late in the order, so that it wins over an image's own proxy file. */
const PROXY = '/etc/apt/apt.conf.d/99cloudwright-proxy';
const ROOT_READABLE = { owner: 'root', group: 'root', mode: '0644' };

const digestOf = (content: Text | undefined): string | undefined =>
  content === undefined ? undefined : createHash('sha256').update(reveal(content), 'utf8').digest('hex');

export const aptSourcesKind: ShellKind<AptSourcesDesired, AptSourcesState> = {
  via: 'shell',
  name: 'apt-sources',
  batch: false,
  read: () =>
    [
      `sha256sum ${SOURCES} ${PROXY} 2>/dev/null`,
      `grep -lsE '^[[:space:]]*(deb|deb-src|Types:)[[:space:]]' /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources`,
      `if [ -e ${LISTS_STAMP} ] && ! [ ${SOURCES} -nt ${LISTS_STAMP} ] && ! [ ${PROXY} -nt ${LISTS_STAMP} ]; then echo LISTS-CURRENT; fi`,
      ':',
    ].join('\n'),
  parse(output, items) {
    const all = output.split('\n');
    const digest = (path: string): string | undefined =>
      all.find((line) => line.endsWith(`  ${path}`))?.slice(0, 64);
    const sourcesDigest = digest(SOURCES);
    const proxyDigest = digest(PROXY);
    const state: AptSourcesState = {
      ...(sourcesDigest && { sourcesDigest }),
      ...(proxyDigest && { proxyDigest }),
      others: all.filter((line) => line.startsWith('/') && line !== SOURCES),
      listsCurrent: all.includes('LISTS-CURRENT'),
    };
    return items.map(() => state);
  },
  compare(desired, state): Change | undefined {
    const ownSources = desired.sources !== undefined;
    const others = ownSources ? state.others : [];
    const sources = state.sourcesDigest === digestOf(desired.sources);
    const proxy = state.proxyDigest === digestOf(desired.proxy);
    if (sources && proxy && others.length === 0 && state.listsCurrent) return undefined;
    const words = [
      ...(sources
        ? []
        : [ownSources ? `take packages from ${desired.mirror}` : 'go back to own package sources']),
      ...(proxy ? [] : [desired.proxy === undefined ? 'drop the package proxy' : 'set the package proxy']),
      ...(others.length > 0 ? [`set aside ${others.join(', ')} (as *.disabled)`] : []),
      'read the package lists',
    ];
    return {
      summary: words.join('; '),
      script: subshell(
        REFRESH,
        `rm -f ${LISTS_STAMP} || exit 1`,
        desired.sources === undefined
          ? `rm -f ${SOURCES}`
          : lines(writeFile(SOURCES, desired.sources, ROOT_READABLE), '[ $? -eq 0 ] || exit 1'),
        desired.proxy === undefined
          ? `rm -f ${PROXY}`
          : lines(
              writeFile(PROXY, desired.proxy, {
                ...ROOT_READABLE,
                // apt fetches as the user _apt, but reads its settings as root: credentials can stay root's.
                mode: typeof desired.proxy === 'string' ? '0644' : '0600',
              }),
              '[ $? -eq 0 ] || exit 1',
            ),
        ...others.map((path) => `mv -f -- ${quote(path)} ${quote(`${path}.disabled`)} || exit 1`),
        'refresh',
        'exit 0',
      ),
      limitSeconds: 300,
    };
  },
};

function deb822(definition: AptSourcesDefinition, mirror: string): string {
  const { suite } = definition;
  const components = (definition.components ?? ['main']).join(' ');
  const signedBy = definition.signedBy ?? '/usr/share/keyrings/debian-archive-keyring.gpg';
  const stanza = (uri: string, suites: string): string =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: ${components}\nSigned-By: ${signedBy}\n`;
  const suites = definition.updates === false ? suite : `${suite} ${suite}-updates`;
  const security = definition.securityMirror;
  return [
    `# ${MANAGED}\n${stanza(mirror, suites)}`,
    ...(security ? [stanza(security, `${suite}-security`)] : []),
  ].join('\n');
}

/** Where packages come from; other sources are set aside, and the lists read anew. */
export function aptSources(
  host: string,
  definition: AptSourcesDefinition,
  options: ResourceOptions = {},
): Resource {
  const { mirror, proxy } = definition;
  const desired: AptSourcesDesired = {
    mirror,
    sources: mirror === undefined ? undefined : deb822(definition, mirror),
    proxy: proxy === undefined ? undefined : text`// ${MANAGED}\nAcquire::http::Proxy "${proxy}";\n`,
  };
  return resource(aptSourcesKind, host, 'apt', desired, options);
}
