import { secretKeysOf, switchOf } from '../../serviceKeys.ts';
import { type ImportableService, importableServices } from '../../services.ts';
import {
  carried,
  drawnSecret,
  type KeyRule,
  type KeyTable,
  meaningless,
  presentService,
  secret,
} from './rule.ts';

/** Switches and secrets of the services that are deployed here. They have precedence over the rest of the catalogue. */
export const deployedKeys: KeyTable = Object.fromEntries(importableServices.flatMap(keysOf));

function keysOf(service: ImportableService): readonly (readonly [string, KeyRule])[] {
  const { name, project, optional, packstack } = service;
  const rules: [string, KeyRule][] = [];
  const key = switchOf(service, 'packstack');
  const when = key && project;
  if (key && optional) rules.push([key, carried(packstack?.default === false ? 'n' : 'y', 'yes-no')]);
  else if (key) {
    const means = `The ${name} service is part of every cloud here and will be there.`;
    rules.push([key, presentService('y', means)]);
  }
  for (const [secretKey, to] of secretKeysOf(service, 'packstack')) {
    // Packstack fills passwords in later, but draws keys when it writes the file.
    const make = /_(?:PW|PASSWORD)$/.test(secretKey) ? secret : drawnSecret;
    rules.push([secretKey, make(to, when)]);
  }
  for (const [other, why] of Object.entries(packstack?.meaningless ?? {}))
    rules.push([other, meaningless(undefined, why, when ? { when } : {})]);
  return rules;
}
