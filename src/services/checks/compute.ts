import type { Client } from '../../api/client.ts';
import { apiCheck } from '../../checks/apiCheck.ts';
import { type ComputeExpectation, judgeComputeServices } from '../../checks/judgements.ts';
import { judge, shortName, withoutHosts } from '../../checks/verdict.ts';
import type { ApiCheck, ShellCheck } from '../../engine/check.ts';
import { quote } from '../../hosts/quote.ts';
import type { ProjectOnPlatform } from '../../platform/platform.ts';
import consoleProxy from './consoleProxy.sh';

/** Each compute host is a resource provider with processors, memory and disk: without them nothing is scheduled. */
export function placementCheck(computeHosts: readonly string[]): ApiCheck<Client> {
  const words = {
    id: 'placement-inventories',
    title: 'Placement knows what each compute host has',
    limitSeconds: 300,
  };
  return apiCheck(words, async (api) => {
    const providers = await api.placement.providers();
    const faults = await Promise.all(
      computeHosts.map(async (name): Promise<readonly string[]> => {
        const provider = providers.find((candidate) => shortName(candidate.name) === shortName(name));
        if (!provider) return [`${name} is no resource provider`];
        const inventories = await api.placement.inventories(provider.uuid);
        return ['VCPU', 'MEMORY_MB', 'DISK_GB']
          .filter((kind) => (inventories[kind]?.total ?? 0) <= 0)
          .map((kind) => `${name} has no ${kind}`);
      }),
    );
    return judge(
      faults.flat(),
      `${computeHosts.length} of ${computeHosts.length} compute hosts with inventories`,
    );
  });
}

/** `absent`: hosts that were not reached, of which nothing is expected. */
export function computeServicesCheck(
  expected: ComputeExpectation,
  absent: ReadonlySet<string>,
): ApiCheck<Client> {
  const words = { id: 'compute-services', title: 'Compute services are enabled and up', limitSeconds: 300 };
  return apiCheck(words, async (api) =>
    judgeComputeServices(withoutHosts(await api.compute.services(), absent), expected),
  );
}

export function cellMappingCheck(host: string, wanted: readonly string[]): ShellCheck {
  return {
    via: 'shell',
    id: 'cell-mapping',
    title: 'every compute host is mapped to a cell',
    host,
    concerns: wanted,
    limitSeconds: 300,
    script: 'mariadb --skip-ssl -N -B -e "select host from nova_api.host_mappings"',
    judge: ({ stdout }) => {
      const mapped = new Set(stdout.split('\n'));
      const missing = wanted.filter((name) => !mapped.has(name));
      return missing.length === 0
        ? { ok: true, sentence: `${wanted.length} compute hosts are mapped` }
        : { ok: false, sentence: `${missing.join(', ')} is not mapped to a cell yet` };
    },
  };
}

export function consoleCheck(host: string, url: string): ShellCheck {
  return {
    via: 'shell',
    id: 'console',
    title: 'the console page answers over TLS through the VIP',
    host,
    limitSeconds: 300,
    script: `curl -s -m 5 -o /dev/null -w '%{http_code}' ${url}`,
    judge: ({ stdout }) =>
      stdout === '200'
        ? { ok: true, sentence: `${url} serves the console page` }
        : { ok: false, sentence: `the console page answers ${stdout || 'nothing'}` },
  };
}

const PROXY_WANTED = ['right: entered', 'wrong address: not trusted', 'wrong authority: not trusted'];

/** Nova's own code on a control host enters a console of a host that it can trust, and no other. */
export function consoleProxyCheck(host: string, { user, configuration }: ProjectOnPlatform): ShellCheck {
  return {
    via: 'shell',
    id: `console-proxy-${host}`,
    title: `the console proxy on ${host} verifies the compute hosts' certificates`,
    host,
    limitSeconds: 90,
    thorough: true,
    script: `${consoleProxy}\nconsole_proxy_verifies ${quote(user)} ${quote(`${configuration}/nova.conf`)}`,
    judge: ({ stdout, stderr }) => {
      const seen = stdout.trim().split('\n');
      const wrong = PROXY_WANTED.findIndex((line, index) => seen[index] !== line);
      if (wrong < 0) return { ok: true, sentence: 'it verifies authority and address' };
      const sentence = `the proxy's connection says "${seen[wrong] || 'nothing'}" instead of "${PROXY_WANTED[wrong]}"`;
      return { ok: false, sentence, evidence: stderr };
    },
  };
}
