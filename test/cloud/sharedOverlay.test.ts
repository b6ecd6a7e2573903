import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../src/cloud/read.ts';

function codes(overlay: string): readonly string[] {
  const text = `cloud: trial
networks:
  management: { interface: eth0, cidr: 10.0.0.0/24, vip: 10.0.0.250 }
  provider: { interface: eth1 }
  overlay: ${overlay}
hosts:
  one: { address: 10.0.0.1, roles: [control, compute, storage], devices: [/dev/sdb] }
`;
  const { problems } = parseDescription(text, { file: 'cloud.yaml', folder: '/', home: '/root' });
  return problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

describe('tunnels over the management network', () => {
  it('share its range and interface without an error', () => {
    expect(codes('{ interface: eth0, cidr: 10.0.0.0/24 }')).toEqual([]);
  });

  it('share both or neither', () => {
    expect(codes('{ interface: eth2, cidr: 10.0.0.0/24 }')).toContain('CLOUD_NETWORK_OVERLAP');
    expect(codes('{ interface: eth0, cidr: 10.0.0.0/25 }')).toContain('CLOUD_NETWORK_OVERLAP');
    expect(codes('{ interface: eth0, cidr: 10.0.9.0/24 }')).toEqual([]);
  });
});
