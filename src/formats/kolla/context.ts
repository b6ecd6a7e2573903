import type { ImportContext, ImportOptions } from '../ansible/context.ts';
import type { RoleHost } from '../ansible/hosts.ts';
import type { ImportHints } from '../hints.ts';
import type { Inventory } from '../inventory/inventory.ts';

export interface KollaOptions extends ImportOptions {
  readonly hints?: ImportHints | undefined;
}

/** What the parts of the importer share. */
export interface Kolla {
  readonly context: ImportContext;
  readonly inventory: Inventory;
  readonly hosts: readonly RoleHost[];
  readonly options: KollaOptions;
}
