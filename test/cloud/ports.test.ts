import { describe, expect, it } from 'vitest';
import { holderOnVirtualAddress, ports, portTable } from '../../src/cloud/ports.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { services } from '../../src/services/index.ts';
import { VALID } from './broken/case.ts';

describe('the table of ports', () => {
  it('has each name and each port once', () => {
    expect(new Set(portTable.map((entry) => entry.name)).size).toBe(portTable.length);
    expect(new Set(portTable.map((entry) => entry.port)).size).toBe(portTable.length);
  });

  it('has every port that the steps use', () => {
    const known = portTable.map((entry) => entry.port);
    const catalog = services.flatMap((service) => (service.catalog ?? []).map((entry) => entry.port));
    const processes = services.flatMap((service) => service.processes.flatMap(({ port }) => port ?? []));
    const used = [...Object.values(ports), ...catalog, ...processes];
    for (const port of used) expect(known, String(port)).toContain(port);
  });

  it('leaves the dashboard the ports that are not taken on the virtual address', () => {
    for (const port of [80, 443, 7480, 8081, 9200]) {
      const text = VALID.replace('31000', String(port));
      const { problems } = parseDescription(text, { file: 'cloud.yaml', folder: '/w', home: '/root' });
      expect(problems, String(port)).toEqual([]);
    }
    for (const port of [22, 1984, 5000, 8080]) expect(holderOnVirtualAddress(port)?.port).toBe(port);
  });
});
