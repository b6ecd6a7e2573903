import { ansibleErrors } from './ansible.ts';
import { importErrors } from './import.ts';
import { packstackErrors } from './packstack.ts';

/** What can be wrong with other installers' files. */
export const formatsErrors = { ...importErrors, ...ansibleErrors, ...packstackErrors } as const;
