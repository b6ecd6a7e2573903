import { controlHosts } from '../cloud/topology.ts';
import { file, service } from '../resources/index.ts';
import { ports } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { memoryShare } from './shared/workers.ts';
import type { Step } from './step.ts';

/** memcached, shared by all control hosts for tokens and catalogs (C3). */
export const cache: Step = {
  name: 'cache',
  title: 'Token cache',
  needs: [],
  packages: onControlHosts(() => ['memcached', 'python3-memcache', 'python3-pymemcache']),
  resources: ({ cloud, facts }) =>
    controlHosts(cloud).flatMap((host) => {
      const configuration = file(
        host.name,
        '/etc/memcached.conf',
        [
          '# Managed by Cloudwright; changes are put back at the next apply.',
          '-d',
          'logfile /var/log/memcached.log',
          `-m ${memoryShare(factsOf(facts, host.name), 0.02, 64, 4096)}`,
          `-p ${ports.cache}`,
          '-u memcache',
          `-l ${host.addresses.management}`,
          '-c 8192',
          '-P /var/run/memcached/memcached.pid',
          '',
        ].join('\n'),
      );
      return [configuration, service(host.name, 'memcached', { watches: [configuration] })];
    }),
  checks: ({ cloud }) =>
    controlHosts(cloud).map((host) => ({
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
