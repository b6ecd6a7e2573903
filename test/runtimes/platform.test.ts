import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { Step } from '../../src/engine/step.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { serviceStep } from '../../src/runtimes/serviceStep.ts';
import { systemd } from '../../src/runtimes/systemd/index.ts';
import { compute } from '../../src/services/compute.ts';
import type { ServiceDefinition } from '../../src/services/definition.ts';
import { image } from '../../src/services/image.ts';
import { services } from '../../src/services/index.ts';
import { keyManager } from '../../src/services/key-manager.ts';
import { allInOne, type CloudContext, threeControls } from '../steps/clouds.ts';
import { arcadia, asName, namesOf, onArcadia } from './arcadia.ts';
import { applyToFakes, type FakeRun } from './fakeHosts.ts';

const deployed = [image, compute, keyManager];

function stepsOf(definitions: readonly ServiceDefinition[]): readonly Step<Cloud>[] {
  return definitions.map((service) => ({
    ...serviceStep(service, { runtime: systemd, platforms: [debian13, arcadia] }),
    // What they stand on is not a part of this test.
    needs: [],
  }));
}

/** What a deployed host answers to the checks of these services; a process answers once its unit was started. */
function checkAnswers({ cloud }: CloudContext) {
  return (script: string, host: string, made: ReadonlySet<string>): string | undefined => {
    if (script.startsWith('mariadb --skip-ssl -N -B -e "select host from nova_api.host_mappings"'))
      return cloud.hosts.map(({ name }) => name).join('\n');
    if (/^curl .*https:\/\/192\.0\.2\.100:6080\/vnc_auto\.html$/.test(script)) return '200';
    if (script.endsWith("\nconsole_proxy_verifies '_nova' '/opt/arcadia/conf/nova/nova.conf'"))
      return 'right: entered\nwrong address: not trusted\nwrong authority: not trusted\n';
    const port = /^curl .* https:\/\/[\d.]+:(\d+)\/\S*$/.exec(script)?.[1];
    if (port !== undefined) return started(port, host, made) ? '200' : '000';
    if (script.includes('/opt/arcadia/haproxy/statistics')) return `section ${host} UP\n`;
    return undefined;
  };
}

function started(port: string, host: string, made: ReadonlySet<string>): boolean {
  return deployed.some((service) =>
    service.processes.some(
      (process) =>
        String(process.port) === port && made.has(`${host}/service:arcd-${service.project}-${process.name}`),
    ),
  );
}

function run(context: CloudContext): Promise<FakeRun> {
  return applyToFakes(context.cloud, stepsOf(deployed), {
    facts: context.facts,
    checks: checkAnswers(context),
  });
}

describe.each([
  ['one host', onArcadia(allInOne())],
  ['three control hosts', onArcadia(threeControls())],
])('services on an invented platform, %s', (_name, context) => {
  it('are deployed and verified by the engine', async () => {
    const { result, problems, changes, events } = await run(context);
    expect(problems).toEqual([]);
    expect(result.outcome).toBe('done');
    expect(events.filter(({ type }) => type === 'step-verified')).toHaveLength(3);
    const ids = changes.map(({ id }) => id);
    const hosts = context.cloud.hosts.filter(({ roles }) => roles.has('control')).map(({ name }) => name);
    for (const host of hosts) {
      for (const unit of ['arcd-glance-api', 'arcd-nova-api', 'arcd-nova-conductor', 'arcd-barbican-api'])
        expect(ids).toContain(`${host}/service:${unit}`);
      expect(ids).toContain(`${host}/file:/opt/arcadia/conf/nova/nova.conf`);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are deployed under its names alone', async () => {
    const { changes } = await run(context);
    const known = [...namesOf(debian13)];
    for (const { id, script } of changes) {
      const code = script.replace(/^\s*#.*$/gm, '');
      expect(
        known.filter((name) => asName(name).test(code) || asName(name).test(id)),
        id,
      ).toEqual([]);
    }
    const everything = changes.map(({ script }) => script).join('\n');
    expect(everything).toContain('ExecStart=/opt/arcadia/sbin/wsgid --ini');
    expect(everything).toContain('wsgi-file = /opt/arcadia/wsgi/barbican_api.py');
    expect(everything).toContain('setpriv --reuid=_glance --regid=_glancegrp');
    expect(everything).toContain('set -- arc-barbican-schema; arcpkg version');
  });

  it('install its packages', () => {
    for (const step of stepsOf(deployed)) {
      const wanted = context.cloud.hosts.flatMap(({ name }) => step.packages?.(context, name) ?? []);
      expect(wanted.length).toBeGreaterThan(0);
      for (const name of wanted) expect(name).toMatch(/^arc-/);
    }
  });
});

describe('every service', () => {
  it.each(services)('$name is rendered for the invented platform', (service) => {
    const context = onArcadia(threeControls());
    const [step] = stepsOf([service]);
    const resources = step?.resources(context) ?? [];
    expect(service.processes.every(({ kind }) => kind === 'component') || resources.length > 0).toBe(true);
    const units = resources.filter(({ id }) => id.includes('/service:'));
    for (const { id } of units) expect(id).toMatch(/\/service:(arcd-|cloudwright-)/);
  });

  it('is refused on a platform that nobody has described', () => {
    const { cloud, facts } = threeControls();
    const unknown = new Map([...facts].map(([host, known]) => [host, { ...known, codename: 'nowhere' }]));
    const [step] = stepsOf([image]);
    expect(() => step?.resources({ cloud, facts: unknown })).toThrow(
      'no platform for debian nowhere with 2025.1',
    );
  });
});
