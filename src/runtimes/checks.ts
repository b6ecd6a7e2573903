import { certificatePaths } from '../cloud/certificates.ts';
import type { Host } from '../cloud/cloud.ts';
import { reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { Check, ShellCheck } from '../engine/check.ts';
import { type Platform, pathOf } from '../platform/platform.ts';
import { shellProgram } from '../resources/index.ts';
import { plain } from '../secrets/confidential.ts';
import type { Process, ServiceContext, ServiceDefinition } from '../services/definition.ts';
import { platformOn } from './context.ts';
import servers from './haproxy-servers.sh';

/** Answers that a process gives when it is alive: `401` is "who are you?". */
const ALIVE = /^(2|3)\d\d$|^401$/;

/** Each host's process by its own address, then every server of its sections in haproxy on every control host. */
export function memberChecks(
  service: ServiceDefinition,
  processes: readonly Process[],
  context: ServiceContext,
  tables: readonly Platform[],
): readonly Check[] {
  const own = processes.flatMap((process) => answers(service, process, context));
  const balanced = processes.flatMap(({ balanced: section }) => (section ? [section.section] : []));
  const after = own.map((check) => check.id);
  return [...own, ...(balanced.length > 0 ? balancerChecks(service, balanced, context, tables, after) : [])];
}

function answers(
  service: ServiceDefinition,
  process: Process,
  context: ServiceContext,
): readonly ShellCheck[] {
  return reached(context, process.on(context.cloud)).flatMap(
    (host) => answerCheck(service, process, host) ?? [],
  );
}

/** Whether a process answers on its host's own address; nothing for one that cannot be asked. */
export function answerCheck(
  service: ServiceDefinition,
  { name, kind, health, port }: Process,
  host: Host,
): ShellCheck | undefined {
  if (health === undefined || port === undefined) return undefined;
  const { authority } = certificatePaths(kind === 'component' ? 'gateway' : 'balancer');
  const url = `https://${host.addresses.management}:${port}${health}`;
  return {
    via: 'shell',
    id: `${service.name}-${name}-${host.name}`,
    title: `${service.project} ${name} answers on ${host.name}`,
    host: host.name,
    // Several hosts that start all their services at once share their processors.
    limitSeconds: 300,
    script: `curl -s -m 30 --cacert ${authority} -o /dev/null -w '%{http_code}' ${url}`,
    judge: ({ stdout }) =>
      ALIVE.test(stdout)
        ? { ok: true, sentence: `${url} answers ${stdout}` }
        : { ok: false, sentence: `${url} answers ${stdout === '000' ? 'nothing' : stdout || 'nothing'}` },
  };
}

function balancerChecks(
  service: ServiceDefinition,
  sections: readonly string[],
  context: ServiceContext,
  tables: readonly Platform[],
  after: readonly string[],
): readonly ShellCheck[] {
  return reached(context, controlHosts(context.cloud)).map((host) => {
    const platform = platformOn(context, host, tables);
    const socket = pathOf(platform.components.haproxy, 'statistics');
    return {
      via: 'shell',
      id: `${service.name}-balanced-${host.name}`,
      title: `haproxy on ${host.name} finds every server of ${service.name} up`,
      host: host.name,
      // A server that comes back is asked every second and must pass several checks.
      limitSeconds: 120,
      after,
      script: plain(shellProgram(servers, { socket }, sections)),
      judge: ({ exitCode, stdout, stderr }) => judgeServers(exitCode, stdout, stderr, context),
    };
  });
}

/** Lines `SECTION SERVER STATUS`. Servers on hosts that this run could not reach are expected to be down. */
export function judgeServers(
  exitCode: number,
  stdout: string,
  stderr: string,
  { facts }: Pick<ServiceContext, 'facts'>,
) {
  const lines = stdout.trim() === '' ? [] : stdout.trim().split('\n');
  if (exitCode !== 0 || lines.length === 0)
    return { ok: false, sentence: 'haproxy does not name its servers', evidence: stderr };
  const states = lines.map((line) => line.split(' '));
  const down = states.filter(
    ([, server = '', status]) => status !== 'UP' && status !== 'no' && facts.has(server),
  );
  return down.length === 0
    ? { ok: true, sentence: `${states.length} servers up` }
    : {
        ok: false,
        sentence: down.map(([section, server, status]) => `${section} on ${server} is ${status}`).join(', '),
      };
}
