import { certificateOf } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { command, file, MANAGED, shellProgram } from '../../resources/index.ts';
import renew from './renewConsoles.sh';

/** Of VNC's displays; the firewall opens no more. The default is all ports up to 65535. */
const LAST_CONSOLE_PORT = 6899;

/** Certificate and key of the host under the names that QEMU looks for, as a server and as a client of its peers. */
export function qemuCertificates(cloud: Cloud, host: Host, component: Component): readonly Resource[] {
  const folder = pathOf(component, 'certificates');
  const { authority, certificate, key } = certificateOf(cloud, 'hypervisor', host);
  const secret = { mode: '0640', ...(component.group !== undefined && { group: component.group }) };
  return [
    file(host.name, `${folder}/ca-cert.pem`, authority),
    ...['server', 'client'].flatMap((role) => [
      file(host.name, `${folder}/${role}-cert.pem`, certificate),
      file(host.name, `${folder}/${role}-key.pem`, key, secret),
    ]),
  ];
}

/**
 * qemu.conf: consoles, and memory and disks of instances that move, over TLS only, with certificates on both sides. A
 * container offers no AppArmor, no cgroup controllers to delegate and no private mount namespaces.
 */
export function qemuConfiguration(component: Component, { container }: HostFacts): string {
  const folder = pathOf(component, 'certificates');
  const lines = [
    `# ${MANAGED}`,
    `default_tls_x509_cert_dir = "${folder}"`,
    'default_tls_x509_verify = 1',
    'vnc_tls = 1',
    `vnc_tls_x509_cert_dir = "${folder}"`,
    'vnc_tls_x509_verify = 1',
    `migrate_tls_x509_cert_dir = "${folder}"`,
    'migrate_tls_x509_verify = 1',
    'migrate_tls_force = 1',
    `remote_display_port_max = ${LAST_CONSOLE_PORT}`,
    ...(container
      ? [
          'security_driver = "none"',
          'cgroup_controllers = [ ]',
          'namespaces = [ ]',
          'remember_owner = 0',
          `user = "${component.user ?? 'root'}"`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Running instances read a new certificate for their consoles when they are asked to; for moves it is read each time. */
export function renewConsoles(
  host: Host,
  component: Component,
  certificates: readonly Resource[],
  libvirt: Resource,
): Resource {
  return command(
    host.name,
    'console-certificates',
    {
      doing: 'let the consoles of running instances use the certificate',
      unless: ':',
      script: shellProgram(renew, { running: pathOf(component, 'running') }),
      limitSeconds: 300,
    },
    { watches: certificates, after: [libvirt] },
  );
}
