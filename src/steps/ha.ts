import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, prefixLength, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { file, service, sysctl } from '../resources/index.ts';
import { joinTexts } from '../secrets/confidential.ts';
import { haproxyConfiguration } from './ha/haproxy.ts';
import { keepalivedConfiguration } from './ha/keepalived.ts';
import { onControlHosts } from './shared/packages.ts';
import type { Step } from './step.ts';

/** keepalived holds the VIP, haproxy answers on it (C2); also on one node, so that one node can grow. */
export const ha: Step = {
  name: 'ha',
  title: 'Floating address and load balancer',
  needs: [],
  packages: onControlHosts(() => ['keepalived', 'haproxy', 'curl']),
  resources: ({ cloud }) => controlHosts(cloud).flatMap((host) => hostResources(cloud, host)),
  checks: ({ cloud }) => [...controlHosts(cloud).map(haproxyCheck), vipCheck(cloud)],
};

function hostResources(cloud: Cloud, host: Host): readonly Resource[] {
  const nonlocalBind = sysctl(host.name, 'net.ipv4.ip_nonlocal_bind', '1');
  const certificate = file(
    host.name,
    '/etc/haproxy/cloudwright.pem',
    joinTexts([cloud.secrets.tls_certificate, cloud.secrets.tls_key], '\n'),
    { group: 'haproxy', mode: '0640' },
  );
  const haproxy = file(host.name, '/etc/haproxy/haproxy.cfg', haproxyConfiguration(cloud), {
    group: 'haproxy',
    mode: '0640',
  });
  const keepalived = file(
    host.name,
    '/etc/keepalived/keepalived.conf',
    keepalivedConfiguration(cloud, host),
    {
      mode: '0600',
    },
  );
  const { management, service: serviceNetwork } = cloud.networks;
  const releases = [
    `ExecStopPost=-/usr/sbin/ip addr del ${management.vip}/${prefixLength(management.cidr)} dev ${host.interfaces.management}`,
    ...(serviceNetwork?.vip && serviceNetwork.cidr
      ? [
          `ExecStopPost=-/usr/sbin/ip addr del ${serviceNetwork.vip}/${prefixLength(serviceNetwork.cidr)} dev ${host.interfaces.service}`,
        ]
      : []),
  ];
  // A killed keepalived leaves its address behind, and two hosts then hold the VIP.
  const dropIn = file(
    host.name,
    '/etc/systemd/system/keepalived.service.d/cloudwright.conf',
    ['[Service]', 'Restart=always', 'RestartSec=1', ...releases, ''].join('\n'),
  );
  const balancer = service(host.name, 'haproxy', {
    watches: [certificate, haproxy],
    after: [nonlocalBind],
    reload: true,
  });
  return [
    nonlocalBind,
    certificate,
    haproxy,
    keepalived,
    dropIn,
    balancer,
    service(host.name, 'keepalived', { watches: [keepalived, dropIn], after: [balancer] }),
  ];
}

function haproxyCheck(host: Host): ShellCheck {
  return {
    via: 'shell',
    id: `haproxy-${host.name}`,
    title: 'haproxy accepts its configuration and runs',
    host: host.name,
    limitSeconds: 20,
    script: 'haproxy -c -q -f /etc/haproxy/haproxy.cfg && systemctl is-active haproxy',
    judge: ({ exitCode, stdout, stderr }) =>
      exitCode === 0
        ? { ok: true, sentence: 'configuration is valid, haproxy is active' }
        : {
            ok: false,
            sentence: 'haproxy refuses its configuration or is down',
            evidence: `${stdout}${stderr}`,
          },
  };
}

function vipCheck(cloud: Cloud): ShellCheck {
  const first = controlHosts(cloud)[0];
  return {
    via: 'shell',
    id: 'vip',
    title: `${vip(cloud)} is held and answers`,
    host: first?.name ?? '',
    limitSeconds: 30,
    // The statistics page listens on the VIP alone: an answer proves address and balancer at once.
    script: `curl -s -o /dev/null -m 3 -w '%{http_code}' http://${vip(cloud)}:1984/`,
    judge: ({ stdout }) =>
      stdout === '200' || stdout === '401'
        ? { ok: true, sentence: `haproxy answers on ${vip(cloud)}` }
        : { ok: false, sentence: `nothing answers on ${vip(cloud)}:1984 yet` },
  };
}
