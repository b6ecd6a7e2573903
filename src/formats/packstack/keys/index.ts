import { computeKeys } from './compute.ts';
import { deployedKeys } from './deployed.ts';
import { globalKeys } from './global.ts';
import { platformKeys } from './platform.ts';
import type { KeyTable } from './rule.ts';
import { serviceKeys } from './services.ts';
import { storageKeys } from './storage.ts';

/** All 292 keys of the last Packstack (2025), each with its default and how it is handled here. */
export const packstackKeys: KeyTable = {
  ...globalKeys,
  ...platformKeys,
  ...storageKeys,
  ...computeKeys,
  ...serviceKeys,
  ...deployedKeys,
};
