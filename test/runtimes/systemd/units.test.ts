import { describe, expect, it } from 'vitest';
import { serviceStep } from '../../../src/runtimes/serviceStep.ts';
import { systemd } from '../../../src/runtimes/systemd/index.ts';
import type { ServiceDefinition } from '../../../src/services/definition.ts';
import { deployedServices, processesOf } from '../../../src/services/derived.ts';
import { image } from '../../../src/services/image.ts';
import { services } from '../../../src/services/index.ts';
import { allInOne, allResources, content, files, iniSection, threeControls } from '../../steps/clouds.ts';

const context = threeControls();
const { cloud } = context;
const wsgi = deployedServices(cloud).flatMap((service) =>
  processesOf(service, cloud)
    .filter(({ kind }) => kind === 'wsgi')
    .map((process) => ({ name: `${service.project} ${process.name}`, process })),
);

describe('a WSGI process', () => {
  const written = files(context).filter(({ path }) => path.startsWith('/etc/cloudwright/uwsgi/'));

  it('has one configuration on each of its hosts', () => {
    expect(wsgi.length).toBeGreaterThan(7);
    expect(written).toHaveLength(wsgi.reduce((sum, { process }) => sum + process.on(cloud).length, 0));
  });

  // H2: a server whose application could not be loaded went on and answered 500 until somebody restarted it.
  it('ends when its application cannot be loaded, and listens on loopback', () => {
    for (const { host, path } of written) {
      const lines = iniSection(content(context, host, path), 'uwsgi');
      expect(lines, path).toContain('need-app = true');
      expect(lines[0], path).toMatch(/^http-socket = 127\.0\.0\.1:\d+$/);
      expect(lines.some((line) => line.startsWith('wsgi-file = /'))).toBe(true);
    }
  });

  it('is restarted whatever ended it, and when its configuration changes', () => {
    for (const unit of ['nova-api', 'keystone', 'barbican-api']) {
      const dropIn = content(context, 'control2', `/etc/systemd/system/${unit}.service.d/cloudwright.conf`);
      expect(dropIn).toContain(
        `ExecStart=\nExecStart=/usr/bin/uwsgi_python3 --ini /etc/cloudwright/uwsgi/${unit}.ini\n`,
      );
      expect(dropIn).toContain('Restart=always\n');
      const resource = allResources(context).find(({ id }) => id === `control2/service:${unit}`);
      expect(resource?.watches).toContain(`control2/file:/etc/cloudwright/uwsgi/${unit}.ini`);
    }
  });
});

describe('the module that works round a bug of the interpreter', () => {
  const path = '/usr/local/lib/cloudwright/python/sitecustomize.py';

  it('is on every host, and every process of OpenStack loads it and is restarted when it changes', () => {
    for (const { name } of cloud.hosts) expect(content(context, name, path)).toContain('ERR_clear_error');
    for (const id of [
      'control1/service:nova-api',
      'control3/service:nova-conductor',
      'compute1/service:nova-compute',
    ]) {
      const [host = '', unit] = id.split('/service:');
      const dropIn = content(context, host, `/etc/systemd/system/${unit}.service.d/cloudwright.conf`);
      expect(dropIn, id).toContain('Environment=PYTHONPATH=/usr/local/lib/cloudwright/python\n');
      expect(allResources(context).find((resource) => resource.id === id)?.watches).toContain(
        `${host}/file:${path}`,
      );
    }
  });
});

describe('a file of a package that is replaced', () => {
  const folder = '/usr/lib/python3/dist-packages/nova/console/rfb';
  const path = `${folder}/authvencrypt.py`;

  it('is kept under another name before ours is written, and restarts what uses it', () => {
    const find = (id: string) => allResources(context).find((resource) => resource.id === id);
    const kept = `control2/command:keep ${folder}/authvencrypt_packaged.py`;
    expect(find(kept)?.desired).toMatchObject({ script: expect.stringContaining('dpkg-divert') });
    expect(find(`control2/file:${path}`)?.after).toContain(kept);
    expect(find('control2/service:nova-novncproxy')?.watches).toContain(`control2/file:${path}`);
    expect(find(`compute1/file:${path}`)).toBeUndefined();
  });

  it('verifies the authority and the address of the compute host', () => {
    const text = content(context, 'control1', path);
    expect(text).toContain('from nova.console.rfb import authvencrypt_packaged as packaged\n');
    expect(text).toContain('ssl.PROTOCOL_TLS_CLIENT');
    expect(text).toContain('server_hostname=sock.getpeername()[0]');
  });
});

describe('a daemon', () => {
  it('starts at boot after what it needs, by the names of the platform', () => {
    const after = /^After=(.*)$/m.exec(
      content(context, 'control1', '/etc/systemd/system/nova-conductor.service.d/cloudwright.conf'),
    )?.[1];
    expect(after?.split(' ')).toEqual([
      'mariadb.service',
      'rabbitmq-server.service',
      'placement-api.service',
    ]);
  });

  it('keeps what its package brings beside it stopped', () => {
    for (const unit of ['nova-spicehtml5proxy', 'nova-serialproxy']) {
      const found = allResources(context).filter(({ id }) => id.endsWith(`/service:${unit}`));
      expect(found.map(({ host }) => host)).toEqual(['control1', 'control2', 'control3']);
      for (const { desired } of found) expect(desired).toMatchObject({ running: false, enabled: false });
    }
  });
});

// O16, as far as rows go: databases grew for ever.
describe('the deletion of old rows', () => {
  const purging = services.filter(({ purge }) => purge);

  it('is there for the services that keep rows of what is deleted', () => {
    expect(purging.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['compute', 'volume', 'orchestration', 'key-manager']),
    );
  });

  it.each(purging)(
    'of $name is started daily on every control host, and works where the address is',
    ({ name, purge = [] }) => {
      for (const host of ['control1', 'control2', 'control3']) {
        const unit = `cloudwright-purge-${name}`;
        const timer = allResources(context).find(({ id }) => id === `${host}/service:${unit}.timer`);
        expect(timer?.desired).toMatchObject({ running: true, enabled: true });
        expect(content(context, host, `/etc/systemd/system/${unit}.timer`)).toMatch(/OnCalendar=daily\n/);
        const service = content(context, host, `/etc/systemd/system/${unit}.service`);
        expect(service).toContain('grep -qF " 192.0.2.100/"\'\n');
        expect(service).toMatch(/^User=(?!root)\w+$/m);
        const program = content(context, host, `/usr/local/sbin/${unit}`);
        for (const { command } of purge) expect(program).toContain(`\n${command} || echo`);
      }
      expect(
        allResources(context)
          .filter(({ id }) => id.includes('compute') && id.includes('purge'))
          .map(({ host }) => host),
      ).not.toContain('compute1');
    },
  );
});

describe('a table with a gap', () => {
  it('is named, rather than rendered with a hole', () => {
    const odd: ServiceDefinition = {
      ...image,
      processes: [{ name: 'nonsense', kind: 'daemon', on: ({ hosts }) => hosts }],
    };
    const step = serviceStep(odd, { runtime: systemd });
    expect(() => step.resources(allInOne())).toThrow('the platform has no process nonsense of glance');
  });
});
