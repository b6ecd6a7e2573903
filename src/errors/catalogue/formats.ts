import { ansibleErrors } from './ansible.ts';
import { packstackErrors } from './packstack.ts';

/** What can be wrong with other installers' files. */
export const formatsErrors = { ...ansibleErrors, ...packstackErrors } as const;
