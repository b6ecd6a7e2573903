import { defineCatalogue } from './entry.ts';

export const checksErrors = defineCatalogue({});
