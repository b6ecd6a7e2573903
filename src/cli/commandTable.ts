import type { Command, Purpose } from './command.ts';

/** The words that name groups (`lab`, `vault`), with what help says of them. */
export interface Group {
  readonly name: string;
  readonly purpose?: Purpose;
  readonly summary: string;
}

export interface CommandTable {
  readonly groups: readonly Group[];
  readonly commands: readonly Command[];
}
