import type { Cloud } from '../cloud/cloud.ts';
import { ports } from '../cloud/ports.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { Step } from '../engine/step.ts';
import { pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { file, MANAGED, service } from '../resources/index.ts';
import { memoryShare } from './memory.ts';
import { onControlHosts } from './packages.ts';

/** memcached, shared by all control hosts for tokens and catalogs. */
export const cache: Step<Cloud> = {
  name: 'cache',
  title: 'Token cache',
  needs: [],
  packages: onControlHosts(({ memcached }) => memcached.packages),
  resources: (context) =>
    reached(context, controlHosts(context.cloud)).flatMap((host) => {
      const facts = factsOf(context.facts, host.name);
      const { memcached } = platformOf(context.cloud.release, facts).components;
      const configuration = file(
        host.name,
        pathOf(memcached, 'configuration'),
        [
          `# ${MANAGED}`,
          '-d',
          `logfile ${pathOf(memcached, 'log')}`,
          `-m ${memoryShare(facts, 0.02, 64, 4096)}`,
          `-p ${ports.cache}`,
          `-u ${memcached.user}`,
          `-l ${host.addresses.management}`,
          '-c 8192',
          `-P ${pathOf(memcached, 'pid')}`,
          '',
        ].join('\n'),
      );
      return [configuration, service(host.name, unitOf(memcached, 'server'), { watches: [configuration] })];
    }),
  checks: (context) =>
    reached(context, controlHosts(context.cloud)).map((host) => ({
      via: 'shell' as const,
      id: `cache-${host.name}`,
      title: 'memcached keeps and returns a value',
      host: host.name,
      limitSeconds: 15,
      script: `timeout 3 bash -c 'exec 3<>/dev/tcp/${host.addresses.management}/${ports.cache}; printf "set cloudwright 0 5 2\\r\\nok\\r\\nget cloudwright\\r\\nquit\\r\\n" >&3; cat <&3'`,
      judge: ({ stdout }: { readonly stdout: string }) =>
        /STORED\r?\nVALUE cloudwright 0 2\r?\nok/.test(stdout)
          ? { ok: true, sentence: 'a value was stored and read back' }
          : { ok: false, sentence: 'memcached did not return what was stored', evidence: stdout },
    })),
};
