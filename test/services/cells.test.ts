import { describe, expect, it } from 'vitest';
import { transportUrl } from '../../src/cloud/endpoints.ts';
import { serviceContext } from '../../src/runtimes/context.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { cellMigrations, transportTemplate } from '../../src/services/cells.ts';
import { allInOne, type CloudContext, threeControls } from '../steps/clouds.ts';

/**
 * What Nova fills a template from (`_format_url` in nova/objects/cell_mapping.py): the parts of `transport_url` under
 * plain names where there is one broker, and numbered from 1 where there are several. An unknown name raises KeyError,
 * after which Nova uses the template as it is.
 */
function formatUrl(template: string, url: string): string {
  const [, scheme = '', netloc = '', path = ''] = /^(\w+):\/\/([^/]*)\/(.*)$/.exec(url) ?? [];
  const parts = new Map([
    ['scheme', scheme],
    ['path', path],
    ['query', ''],
    ['fragment', ''],
  ]);
  const brokers = netloc.split(',');
  for (const [index, broker] of brokers.entries()) {
    const number = brokers.length > 1 ? String(index + 1) : '';
    const [, username = '', password = '', hostname = '', port = ''] =
      /^([^:]*):([^@]*)@([^:]*):(\d+)$/.exec(broker) ?? [];
    for (const [name, value] of Object.entries({ username, password, hostname, port }))
      parts.set(`${name}${number}`, value);
  }
  return template.replace(/\{(\w*)\}/g, (_, name: string) => {
    const value = parts.get(name);
    if (value === undefined) throw new Error(`KeyError: ${name}`);
    return value;
  });
}

function unlessOf(context: CloudContext): string {
  const whole = serviceContext(context);
  const stage = whole && cellMigrations(whole).find((migration) => migration.kind === 'command');
  if (stage?.kind !== 'command') throw new Error('the cells are mapped by a command');
  return stage.unless;
}

describe('the transport template of cell1', () => {
  // H1: counted from 0, Nova could not fill it and the cell had no broker.
  it.each([
    ['one broker', allInOne()],
    ['three brokers', threeControls()],
  ])('is filled by Nova to the transport_url of %s', (_name, { cloud }) => {
    const url = reveal(transportUrl(cloud));
    const brokers = url.split(',').length;
    expect(formatUrl(transportTemplate(brokers), url)).toBe(url);
  });

  it('is not filled where it counts otherwise', () => {
    const url = reveal(transportUrl(threeControls().cloud));
    expect(() => formatUrl('{scheme}://{username0}:{password0}@{hostname0}:{port0}/{path}', url)).toThrow(
      'KeyError',
    );
    expect(() => formatUrl(transportTemplate(1), url)).toThrow('KeyError');
  });

  it('is compared with what is stored, so that a cloud that grows gets the new one', () => {
    expect(unlessOf(threeControls())).toContain(`= '${transportTemplate(3)}' ]`);
    expect(unlessOf(allInOne())).toContain(`= '${transportTemplate(1)}' ]`);
  });

  it('stores no password', () => {
    for (const context of [allInOne(), threeControls()]) expect(unlessOf(context)).not.toMatch(/hidden-/);
  });
});
