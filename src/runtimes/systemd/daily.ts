import type { Resource } from '../../engine/resource.ts';
import { file, MANAGED, sandbox, service } from '../../resources/index.ts';
import { type DailyRequest, withoutAnswerLimit } from '../runtime.ts';

/** A timer on each control host; only the one that holds the virtual address works. */
export function daily({ service: definition, context, commands }: DailyRequest): readonly Resource[] {
  const { host, project, cloud } = context;
  const name = `cloudwright-purge-${definition.name}`;
  const program = file(
    host.name,
    `/usr/local/sbin/${name}`,
    [
      '#!/bin/sh',
      `# ${MANAGED}`,
      `export ${withoutAnswerLimit.join(' ')}`,
      '# nova-manage ends with 1 when it has archived rows and with 3 when there were none: only the last word counts.',
      ...commands.map((command) => `${command} || echo "ended with $?"`),
      '',
    ].join('\n'),
    { mode: '0755' },
  );
  const unit = file(
    host.name,
    `/etc/systemd/system/${name}.service`,
    [
      '[Unit]',
      `Description=Deletes old rows of ${definition.title}`,
      '[Service]',
      'Type=oneshot',
      `User=${project.user}`,
      `ExecCondition=/bin/sh -c 'ip -o -4 addr show | grep -qF " ${cloud.networks.management.vip}/"'`,
      `ExecStart=/usr/local/sbin/${name}`,
      'Nice=10',
      sandbox('purge', [project.state, project.logs, project.locks]),
    ].join('\n'),
  );
  const timer = file(
    host.name,
    `/etc/systemd/system/${name}.timer`,
    [
      '[Unit]',
      `Description=Deletes old rows of ${definition.title} every day`,
      '[Timer]',
      'OnCalendar=daily',
      'RandomizedDelaySec=3h',
      '[Install]',
      'WantedBy=timers.target',
      '',
    ].join('\n'),
  );
  return [program, unit, timer, service(host.name, `${name}.timer`, { watches: [program, unit, timer] })];
}
