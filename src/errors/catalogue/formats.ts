import { defineCatalogue } from './entry.ts';

export const formatsErrors = defineCatalogue({});
