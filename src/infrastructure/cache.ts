import type { Cloud, Host } from '../cloud/cloud.ts';
import { LOOPBACK } from '../cloud/endpoints.ts';
import { ports } from '../cloud/ports.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { file, MANAGED, service } from '../resources/index.ts';
import { CACHE_CONNECTIONS } from './load-balancer/limits.ts';
import { memoryShare } from './memory.ts';
import { onControlHosts } from './packages.ts';

/** memcached, shared by all control hosts for tokens and catalogs. */
export const cache: Step<Cloud> = {
  name: 'cache',
  title: 'Token cache',
  needs: ['ha'],
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
          `-l ${LOOPBACK}`,
          `-c ${CACHE_CONNECTIONS}`,
          `-P ${pathOf(memcached, 'pid')}`,
          '',
        ].join('\n'),
      );
      return [configuration, service(host.name, unitOf(memcached, 'server'), { watches: [configuration] })];
    }),
  checks: (context) => reached(context, controlHosts(context.cloud)).map((host) => cacheCheck(context, host)),
};

/** Whether a host reaches every memcached, by its own haproxy and that of the other host. */
function cacheCheck({ cloud, facts }: StepContext<Cloud>, host: Host): ShellCheck {
  const members = controlHosts(cloud).flatMap(({ name }, index) =>
    facts.has(name) ? [`${name}:${ports.cacheMembers + index}`] : [],
  );
  return {
    via: 'shell',
    id: `cache-${host.name}`,
    title: `memcached keeps and returns a value for ${host.name}`,
    host: host.name,
    limitSeconds: 15,
    script: `for member in ${members.join(' ')}; do
  echo "== ${'$'}{member%:*}"
  timeout 3 bash -c 'exec 3<>/dev/tcp/${LOOPBACK}/$0; printf "set cloudwright 0 5 2\\r\\nok\\r\\nget cloudwright\\r\\nquit\\r\\n" >&3; cat <&3' "${'$'}{member##*:}"
done`,
    judge({ stdout }) {
      const silent = stdout
        .split(/^== /m)
        .slice(1)
        .filter((answer) => !/STORED\r?\nVALUE cloudwright 0 2\r?\nok/.test(answer))
        .map((answer) => answer.split('\n', 1)[0]);
      return silent.length === 0 && stdout !== ''
        ? { ok: true, sentence: `a value was stored and read back on ${members.length} hosts` }
        : {
            ok: false,
            sentence: `memcached on ${silent.join(', ') || host.name} did not return what was stored`,
            evidence: stdout,
          };
    },
  };
}
