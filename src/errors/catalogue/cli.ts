import { defineCatalogue } from './entry.ts';

export const cliErrors = defineCatalogue({});
