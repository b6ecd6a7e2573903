import { defineCatalogue } from './entry.ts';

export const cloudErrors = defineCatalogue({});
