import { defineCatalogue } from './entry.ts';

export const vaultErrors = defineCatalogue({});
