import { createHash } from 'node:crypto';
import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { reveal, type Text, text } from '../secrets/confidential.ts';
import apt from './apt.sh';
import aptSourcesScript from './aptSources.sh';
import aptSourcesRead from './aptSourcesRead.sh';
import { MANAGED } from './ini.ts';
import { shellProgram } from './program.ts';
import { writeFileLibrary } from './shell.ts';

export interface AptSourcesDefinition {
  /** Base address of the Debian archive; absent: the host's own sources stay. */
  readonly mirror?: string;
  readonly securityMirror?: string;
  /** Code name: `trixie`. */
  readonly suite: string;
  readonly components?: readonly string[];
  /** HTTP proxy, perhaps with credentials; absent: none of ours. */
  readonly proxy?: Text;
  /** Key ring; by default the one of the package debian-archive-keyring. */
  readonly signedBy?: string;
  /** The mirror has `<suite>-updates` too; true by default. */
  readonly updates?: boolean;
}

export interface AptSourcesDesired {
  readonly sources: string | undefined;
  readonly proxy: Text | undefined;
  readonly mirror: string | undefined;
  /** Nothing of ours is left; the lists need not be read for that alone. */
  readonly absent?: true;
}

export interface AptSourcesState {
  readonly sourcesDigest?: string;
  readonly proxyDigest?: string;
  /** Other files that name a source. */
  readonly others: readonly string[];
  /** Source files of the host that were renamed to `*.disabled` for ours. */
  readonly disabled: readonly string[];
  /** The lists were read after the sources were written. */
  readonly listsCurrent: boolean;
}

const PATHS = {
  sources_file: '/etc/apt/sources.list.d/cloudwright.sources',
  // Late in the order, so that it wins over an image's own proxy file.
  proxy_file: '/etc/apt/apt.conf.d/99cloudwright-proxy',
};

const digestOf = (content: Text | undefined): string | undefined =>
  content === undefined ? undefined : createHash('sha256').update(reveal(content), 'utf8').digest('hex');

export const aptSourcesKind: ShellKind<AptSourcesDesired, AptSourcesState> = {
  via: 'shell',
  name: 'apt-sources',
  batch: false,
  read: () => shellProgram(aptSourcesRead, PATHS),
  parse(output, items) {
    const all = output.split('\n');
    const after = (prefix: string): string[] =>
      all.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
    const digest = (path: string): string | undefined =>
      after('digest ')
        .find((line) => line.endsWith(`  ${path}`))
        ?.slice(0, 64);
    const sourcesDigest = digest(PATHS.sources_file);
    const proxyDigest = digest(PATHS.proxy_file);
    const state: AptSourcesState = {
      ...(sourcesDigest && { sourcesDigest }),
      ...(proxyDigest && { proxyDigest }),
      others: after('source ').filter((path) => path !== PATHS.sources_file),
      disabled: after('disabled '),
      listsCurrent: all.includes('lists-current'),
    };
    return items.map(() => state);
  },
  compare(desired, state): Change | undefined {
    const ownSources = desired.sources !== undefined;
    const others = ownSources ? state.others : [];
    const restored = ownSources ? [] : state.disabled;
    const sources = state.sourcesDigest === digestOf(desired.sources);
    const proxy = state.proxyDigest === digestOf(desired.proxy);
    const current = state.listsCurrent || desired.absent === true;
    if (sources && proxy && others.length === 0 && restored.length === 0 && current) return undefined;
    const words = [
      ...(sources ? [] : [ownSources ? `take packages from ${desired.mirror}` : 'remove the package mirror']),
      ...(restored.length > 0 ? [`restore ${restored.join(', ')}`] : []),
      ...(proxy ? [] : [desired.proxy === undefined ? 'remove the package proxy' : 'set the package proxy']),
      ...(others.length > 0 ? [`disable ${others.join(', ')} (renamed to *.disabled)`] : []),
      'read the package lists',
    ];
    return {
      summary: words.join('; '),
      script: shellProgram(
        [apt, ...writeFileLibrary, aptSourcesScript],
        {
          ...PATHS,
          sources: desired.sources,
          proxy: desired.proxy,
          // apt fetches as the user _apt, but reads its settings as root: credentials can stay root's.
          proxy_mode: typeof desired.proxy === 'string' ? '0644' : '0600',
        },
        others,
      ),
      limitSeconds: 300,
    };
  },
  removal: {
    record: () => ({}),
    absence: () => ({ sources: undefined, proxy: undefined, mirror: undefined, absent: true }),
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

/** Where packages come from; other sources are disabled, and the lists are read. */
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
