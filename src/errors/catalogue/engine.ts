import { defineCatalogue } from './entry.ts';

export const engineErrors = defineCatalogue({});
