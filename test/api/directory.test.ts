import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = 'src/api';

it('imports only errors and secrets', () => {
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.ts'))) {
    const imported = [...readFileSync(join(folder, name), 'utf8').matchAll(/from '\.\.\/([^/']+)/g)];
    for (const [, directory] of imported) expect(['errors', 'secrets'], name).toContain(directory);
  }
});

it('names no service that only a check of that service asks', () => {
  for (const name of readdirSync(folder).filter((entry) => /\.(ts|md)$/.test(entry))) {
    expect(readFileSync(join(folder, name), 'utf8'), name).not.toMatch(
      /barbican|key-?manager|heat|orchestration/i,
    );
  }
});
