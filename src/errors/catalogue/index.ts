import { apiErrors } from './api.ts';
import { checksErrors } from './checks.ts';
import { cliErrors } from './cli.ts';
import { cloudErrors } from './cloud.ts';
import { clustersErrors } from './clusters.ts';
import { engineErrors } from './engine.ts';
import { formatsErrors } from './formats.ts';
import { guestErrors } from './guest.ts';
import { hostsErrors } from './hosts.ts';
import { labErrors } from './lab.ts';
import { stepsErrors } from './steps.ts';
import { systemErrors } from './system.ts';
import { vaultErrors } from './vault.ts';

/** Every error that can reach an operator, by code; `docs/errors.md` is generated from it. */
export const catalogue = {
  ...cliErrors,
  ...cloudErrors,
  ...hostsErrors,
  ...engineErrors,
  ...stepsErrors,
  ...clustersErrors,
  ...apiErrors,
  ...checksErrors,
  ...vaultErrors,
  ...labErrors,
  ...guestErrors,
  ...systemErrors,
  ...formatsErrors,
} as const;

export type ErrorCode = keyof typeof catalogue;
