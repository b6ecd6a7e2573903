import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import { reached } from '../../cloud/reached.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { ShellCheck } from '../../engine/check.ts';
import type { StepContext } from '../../engine/step.ts';
import type { Component } from '../../platform/platform.ts';
import { shellProgram } from '../../resources/program.ts';
import { plain } from '../../secrets/confidential.ts';
import { erlang } from '../erlang.ts';
import client from './client.sh';

/** Whether the broker runs with all that were reached. */
export function brokerCheck(context: StepContext<Cloud>, host: Host, component: Component): ShellCheck {
  const members = controlHosts(context.cloud).length;
  const present = reached(context, controlHosts(context.cloud)).length;
  return {
    via: 'shell',
    id: `messaging-${host.name}`,
    title: 'RabbitMQ runs with every member and no partition or alarm',
    host: host.name,
    limitSeconds: 120,
    script: plain(
      erlang(
        component,
        '{rabbit_nodes:list_running(), rabbit_node_monitor:partitions(), rabbit_alarm:get_alarms()}.',
      ),
    ),
    judge: ({ stdout, stderr }) => {
      const answer = stdout.trim();
      if (!answer.startsWith('{ok,')) {
        return { ok: false, sentence: 'RabbitMQ does not answer', evidence: `${answer}${stderr}` };
      }
      const running = new Set(answer.match(/rabbit@[\w.-]+/g) ?? []).size;
      const quiet = /,\s*\[\],\s*\[\]\s*\}\s*\}$/.test(answer);
      if (running < present)
        return { ok: false, sentence: `${running} of ${members} members run`, evidence: answer };
      if (!quiet) return { ok: false, sentence: 'a partition or an alarm is reported', evidence: answer };
      return { ok: true, sentence: `${running} of ${members} members run, no partition, no alarm` };
    },
  };
}

/** Whether a host with services reaches every broker over TLS and accepts its certificate. */
export function clientCheck(context: StepContext<Cloud>, host: Host): ShellCheck {
  const brokers = reached(context, controlHosts(context.cloud)).map(({ addresses }) => addresses.management);
  const { authority } = certificatePaths('messaging');
  return {
    via: 'shell',
    id: `messaging-client-${host.name}`,
    title: 'Every message broker is reached over TLS, and its certificate is valid',
    host: host.name,
    limitSeconds: 60,
    script: plain(shellProgram(client, { authority, port: ports.messaging }, brokers)),
    judge: ({ stdout, stderr }) => {
      const lines = stdout.split('\n');
      const failed = brokers.filter(
        (address) => !lines.some((line) => new RegExp(`^${address} TLSv1\\.[23]$`).test(line)),
      );
      if (failed.length > 0) {
        return { ok: false, sentence: `no valid TLS with ${failed.join(', ')}`, evidence: stdout + stderr };
      }
      return { ok: true, sentence: `${brokers.length} of ${brokers.length} brokers verified` };
    },
  };
}
