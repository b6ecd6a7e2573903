import { defineCatalogue } from './entry.ts';

export const labErrors = defineCatalogue({});
