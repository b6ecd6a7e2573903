import { describe, expect, it } from 'vitest';
import { renderDescription } from '../../src/app/init/description.ts';
import { Input } from '../../src/cli/command.ts';
import { answersFromFlags } from '../../src/cli/initAnswers.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';

function read(options: Record<string, unknown>) {
  const text = renderDescription(answersFromFlags(new Input(new Map(), options)));
  return parseDescription(text, { file: 'cloud.yaml', folder: '/work', home: '/root' });
}

describe('answersFromFlags', () => {
  it('gives a valid description without any flag, in both shapes', () => {
    expect(read({}).cloud?.hosts).toHaveLength(1);
    expect(read({ multiNode: true }).cloud?.hosts).toHaveLength(8);
  });

  it('moves the default addresses into the management network that was named', () => {
    const { cloud } = read({ multiNode: true, managementCidr: '10.7.0.0/16' });
    expect(cloud?.networks.management.vip).toBe('10.7.0.100');
    expect(cloud?.hosts[0]?.addresses.management).toBe('10.7.0.11');
  });

  it('makes the hosts that were named, and no others', () => {
    const { cloud } = read({ multiNode: true, control: '192.168.21.41,3', interface: ['management=bond0'] });
    expect(cloud?.hosts.map((host) => host.addresses.management)).toEqual([
      '192.168.21.41',
      '192.168.21.42',
      '192.168.21.43',
    ]);
    expect(cloud?.hosts[0]?.roles).toContain('osd');
    expect(cloud?.networks.management.interface).toBe('bond0');
  });

  it('keeps the OSDs of a trial in files, on one host and on several', () => {
    for (const options of [{ trial: true }, { trial: true, multiNode: true }]) {
      const devices = read(options).cloud?.hosts.flatMap((host) => host.devices) ?? [];
      expect(devices.length).toBeGreaterThan(0);
      for (const device of devices) expect(device).toMatch(/^file:/);
    }
    const own = read({ trial: true, multiNode: true, device: ['/dev/sdc'] }).cloud?.hosts.at(-1)?.devices;
    expect(own).toEqual(['/dev/sdc']);
  });

  it('leaves the overlay network out where it was called none', () => {
    expect(read({ overlayCidr: 'none' }).cloud?.networks.overlay).toBeUndefined();
  });

  it.each([{ control: '1.2.3.4,x' }, { control: '1.2.3.4,1,2' }, { interface: ['eth0'] }])(
    'refuses %j',
    (options) => {
      expect(() => read(options)).toThrow(CloudwrightError);
    },
  );
});
