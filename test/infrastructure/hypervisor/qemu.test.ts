import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import renew from '../../../src/infrastructure/hypervisor/renewConsoles.sh';
import { shellProgram } from '../../../src/resources/index.ts';
import { Confidential } from '../../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allInOne, allResources, content, files, threeControls } from '../../steps/clouds.ts';

const FOLDER = '/etc/pki/qemu';
const context = threeControls();
const resourceOf = (id: string) =>
  allResources(context).find((resource) => resource.id === id) ?? expect.fail(`no resource ${id}`);

describe('QEMU’s certificates', () => {
  const written = files(context).filter(({ path }) => path.startsWith(`${FOLDER}/`));

  it('are on the compute hosts, under the names that QEMU looks for', () => {
    expect(new Set(written.map(({ host }) => host))).toEqual(new Set(['compute1', 'compute2']));
    expect(written.filter(({ host }) => host === 'compute1').map(({ path }) => path)).toEqual(
      ['ca-cert', 'server-cert', 'server-key', 'client-cert', 'client-key'].map(
        (name) => `${FOLDER}/${name}.pem`,
      ),
    );
    expect(content(context, 'compute2', `${FOLDER}/server-cert.pem`)).toBe(
      'public-tls_hypervisor_host_compute2_certificate',
    );
    expect(content(context, 'compute2', `${FOLDER}/ca-cert.pem`)).toBe(
      'public-tls_hypervisor_ca_certificate',
    );
  });

  it('have keys that only root and QEMU’s group read', () => {
    const keys = written.filter(({ path }) => path.endsWith('-key.pem'));
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(key).toMatchObject({ owner: 'root', group: 'libvirt-qemu', mode: '0640' });
      expect(key.content).toBeInstanceOf(Confidential);
    }
  });

  it('are there before libvirt starts, and are read again by the consoles of running instances', () => {
    const certificates = written.filter(({ host }) => host === 'compute1').map(({ id }) => id);
    const libvirt = resourceOf('compute1/service:libvirtd');
    expect(libvirt.after).toEqual(expect.arrayContaining(certificates));
    expect(libvirt.watches).toContain('compute1/file:/etc/libvirt/qemu.conf');
    const consoles = resourceOf('compute1/command:console-certificates');
    expect(consoles.watches).toEqual(certificates);
    expect(consoles.after).toContain(libvirt.id);
  });
});

describe('qemu.conf', () => {
  const encrypted = [
    'vnc_tls = 1',
    'vnc_tls_x509_verify = 1',
    'vnc_tls_x509_cert_dir = "/etc/pki/qemu"',
    'default_tls_x509_cert_dir = "/etc/pki/qemu"',
    'migrate_tls_x509_verify = 1',
    'migrate_tls_force = 1',
    'remote_display_port_max = 6899',
  ];
  const lines = (text: string): readonly string[] => text.split('\n');

  it('encrypts consoles and moving instances, and leaves the rest to the distribution', () => {
    const text = lines(content(context, 'compute1', '/etc/libvirt/qemu.conf'));
    expect(text).toEqual(expect.arrayContaining(encrypted));
    expect(text.join()).not.toContain('security_driver');
  });

  it('does the same in a container, which lacks AppArmor', () => {
    const text = lines(content(allInOne(), 'one', '/etc/libvirt/qemu.conf'));
    expect(text).toEqual(expect.arrayContaining([...encrypted, 'security_driver = "none"']));
  });
});

describe('the console proxy’s certificate', () => {
  const folder = '/etc/cloudwright/tls/hypervisor';
  const written = files(context).filter(({ path }) => path.startsWith(`${folder}/`));

  it('is on the control hosts, its key for Nova’s group alone', () => {
    expect(new Set(written.map(({ host }) => host))).toEqual(new Set(['control1', 'control2', 'control3']));
    const keys = written.filter(({ path }) => path === `${folder}/key.pem`);
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(key).toMatchObject({ owner: 'root', group: 'nova', mode: '0640' });
  });

  it('restarts the proxies when it changes, and nothing else', () => {
    const watchers = allResources(context).filter(({ host, watches }) =>
      watches.some((id) => id.startsWith(`${host}/file:${folder}/`)),
    );
    expect(watchers.map(({ id }) => id)).toEqual([
      'control1/service:nova-novncproxy',
      'control2/service:nova-novncproxy',
      'control3/service:nova-novncproxy',
    ]);
  });
});

describe('renewing the certificates of consoles', () => {
  it('asks the instances whose consoles have one, and no other process', async () => {
    const place = scratch();
    const running = join(place, 'running');
    mkdirSync(running);
    const start = (name: string, argument: string): ReturnType<typeof spawn> => {
      const child = spawn('sh', ['-c', 'read -r line', 'qemu', argument], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      writeFileSync(join(running, `${name}.pid`), `${child.pid}`);
      return child;
    };
    const children = [
      start('instance-1', '192.0.2.21:0,tls-creds=vnc-tls-creds0'),
      start('instance-2', '192.0.2.21:1'),
    ];
    writeFileSync(join(running, 'instance-3.pid'), '999999999');
    const host = rehearsal(place, { virsh: 'exit 0' });
    try {
      expect(host.run(shellProgram(renew, { running })).code).toBe(0);
      expect(host.calls()).toEqual(['virsh -q -c qemu:///system domdisplay-reload instance-1 --type 1']);
      const refusing = rehearsal(place, { virsh: 'exit 1' });
      expect(refusing.run(shellProgram(renew, { running })).code).toBe(1);
    } finally {
      for (const child of children) child.kill();
    }
  });
});
