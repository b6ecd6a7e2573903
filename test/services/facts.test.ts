import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsModule, factsOfServices } from '../../src/services/facts.ts';
import { withDns } from './dns.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = join(root, 'src');

/** The value that a generated module exports, however it is formatted. */
function exportedBy(module: string): unknown {
  const literal = module.slice(module.indexOf('= [') + 2).replace(/;\s*$/, '');
  return new Function(`return ${literal}`)();
}

describe('the facts of the services', () => {
  it('are in services.generated.ts as the definitions are; `npm run generate` writes it', () => {
    const kept = readFileSync(join(sources, 'cloud', 'services.generated.ts'), 'utf8');
    expect(exportedBy(kept)).toEqual(exportedBy(factsModule()));
    expect(exportedBy(kept)).not.toEqual(exportedBy(factsModule(withDns)));
  });

  it('say of a new service what its definition says', () => {
    expect(factsOfServices(withDns).at(-1)).toEqual({
      name: 'dns',
      project: 'designate',
      title: 'Designate',
      optional: { name: 'dns', summary: 'Designate.', default: true },
      account: true,
      database: true,
      secrets: [{ name: 'designate_pool_key', kind: 'characters-32' }],
      ports: [{ name: 'dns', port: 9001 }],
      backendPorts: [],
      files: ['designate.conf'],
      installers: {
        kolla: { secrets: { designate_pool_id: 'designate_pool_key' } },
        packstack: null,
        burrito: null,
      },
    });
  });

  it('are the reason why a service stands in few files', () => {
    const naming = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|sh)$/.test(name))
      .filter((name) => /barbican|key-manager/i.test(readFileSync(join(sources, name), 'utf8')));
    expect(naming).toContain(join('services', 'key-manager.ts'));
    expect(naming.length, naming.join(', ')).toBeLessThanOrEqual(10);
  });
});

describe('a service that is added by its definition alone', () => {
  /** What the rest of the program makes of the generated facts, bundled with those of the invented service. */
  // biome-ignore lint/suspicious/noExplicitAny: modules of the sources, loaded from a bundle.
  let bundled: any;
  let place = '';

  beforeAll(async () => {
    // Inside the checkout, so that the bundle finds the packages it leaves out.
    const cache = join(root, 'node_modules', '.cache');
    await mkdir(cache, { recursive: true });
    place = await mkdtemp(join(cache, 'facts-'));
    const outfile = join(place, 'bundle.mjs');
    await build({
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
      loader: { '.sh': 'text' },
      outfile,
      stdin: {
        resolveDir: root,
        contents: `export * as services from './src/cloud/services.ts';
          export * as ports from './src/cloud/ports.ts';
          export * as vault from './src/vault/table.ts';
          export * as keys from './src/formats/serviceKeys.ts';
          export * as read from './src/cloud/read.ts';
          export * as schema from './src/cloud/schema.ts';`,
      },
      plugins: [
        {
          name: 'invented-service',
          setup: ({ onLoad }) =>
            onLoad({ filter: /services\.generated\.ts$/ }, () => ({
              contents: factsModule(withDns),
              loader: 'ts',
            })),
        },
      ],
    });
    bundled = await import(pathToFileURL(outfile).href);
  }, 60_000);

  afterAll(() => rm(place, { recursive: true, force: true }));

  const description = (more: string) => `cloud: trial
networks:
  management: { interface: eth1, cidr: 192.0.2.0/24, vip: 192.0.2.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 198.51.100.0/24 }
hosts:
  one: { address: 192.0.2.11, roles: [control, network, compute, storage], devices: ["file:/var/lib/osd0.img:20G"] }
${more}
`;
  const parse = (more: string) =>
    bundled.read.parseDescription(description(more), { file: 'cloud.yaml', folder: '/srv', home: '/root' });

  it('has secrets in the vault', () => {
    expect(Object.keys(bundled.vault.singleSecrets)).toEqual(
      expect.arrayContaining(['designate_password', 'designate_database_password', 'designate_pool_key']),
    );
  });

  it('has its port in the table, so that nothing else is put there', () => {
    expect(bundled.ports.holderOnVirtualAddress(9001)).toMatchObject({ name: 'dns', title: 'Designate' });
    const { problems } = parse('dashboard: { port: 9001 }');
    expect(problems.map(({ code }: { readonly code: string }) => code)).toContain('CLOUD_PORT_TAKEN');
  });

  it('may be switched off, and its files changed, in a description', () => {
    const off = parse('services: { dns: false }');
    expect(off.problems).toEqual([]);
    expect([...off.cloud.services]).not.toContain('dns');
    const on = parse('config: { dns: { designate.conf: { DEFAULT: { debug: true } } } }');
    expect(on.problems).toEqual([]);
    expect([...on.cloud.services]).toContain('dns');
    expect(on.cloud.overrides).toMatchObject([{ service: 'dns', file: 'designate.conf', value: true }]);
    expect(JSON.stringify(bundled.schema.descriptionJsonSchema())).toContain('"dns"');
  });

  it('is known to the importers and exporters', () => {
    const { keys } = bundled;
    const service = keys.optionalServices.find(({ name }: { readonly name: string }) => name === 'dns');
    expect(keys.switchOf(service, 'kolla')).toBe('enable_designate');
    expect(Object.fromEntries(keys.secretsOf('kolla'))).toMatchObject({
      designate_keystone_password: 'designate_password',
      designate_database_password: 'designate_database_password',
      designate_pool_id: 'designate_pool_key',
    });
    expect(keys.switchOf(service, 'burrito')).toBeUndefined();
  });
});
