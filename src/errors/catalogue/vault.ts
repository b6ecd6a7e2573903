import { defineCatalogue } from './entry.ts';

/** The vault: its file, its password, its contents. */
export const vaultErrors = defineCatalogue({
  VAULT_LOST: {
    what: 'There is no vault in {folder}, but {hosts} has been deployed before.',
    why: 'A new vault would give a living cloud new secrets, and what the old ones encrypt would be lost. Nothing was changed.',
    next: 'Put the cloud’s vault.yml beside the description. If the hosts are to become a new cloud, install them again.',
    exit: 2,
  },
  VAULT_MISSING: {
    what: 'There is no vault at {file}.',
    why: 'The secrets of the cloud are kept there, encrypted.',
    next: 'If the cloud exists already, restore vault.yml from a copy: new secrets do not open it. For a new cloud run `cloudwright vault make`.',
    exit: 2,
  },
  VAULT_EXISTS: {
    what: 'A vault exists already at {file}.',
    why: 'Making a new one would lose the secrets of a running cloud.',
    next: 'Change it with `cloudwright vault edit`, or move it away first.',
    exit: 2,
  },
  VAULT_DEPLOYED: {
    what: 'There is no vault at {file}, but {folder} has a journal of runs.',
    why: 'A new vault would have other secrets. They do not open the cloud that these runs have deployed.',
    next: 'Put vault.yml back from a copy. If that cloud no longer exists, move {folder} away and run the command again.',
    exit: 2,
  },
  VAULT_CHANGED: {
    what: 'The file {file} was changed in the meantime, by another command or an editor.',
    why: 'Writing it now would lose that change.',
    next: 'Run the command again. It then works with the new contents.',
    exit: 2,
  },
  VAULT_CERTIFICATE_DATES: {
    what: 'Your own certificate tls_certificate is valid from {from} to {until}.',
    why: 'Cloudwright does not renew a certificate that its own authority has not signed. Browsers refuse one outside these dates.',
    next: 'Put a new certificate and its key into the vault with `cloudwright vault edit`.',
    exit: 2,
  },
  VAULT_CERTIFICATE_VIRTUAL: {
    what: 'Your own certificate tls_certificate does not name {addresses}.',
    why: 'The APIs and the dashboard answer there over https, and every client checks that the certificate names the address that it uses.',
    next: 'Use a certificate that has these addresses among its subject alternative names, or remove `tls_certificate` and `tls_key` with `cloudwright vault edit`: the cloud then makes its own.',
    exit: 2,
  },
  VAULT_UNREADABLE: {
    what: 'The vault {file} cannot be read or written: {reason}.',
    why: 'The secrets of the cloud are kept there.',
    next: 'Check the owner and the permissions of the file and of its folder. It must be a regular file, not a symbolic link.',
    exit: 2,
  },
  VAULT_FORMAT: {
    what: '{file} is not an encrypted vault: {reason}.',
    why: 'A vault starts with `$ANSIBLE_VAULT;1.1;AES256` (or 1.2 with a label) and holds hexadecimal digits.',
    next: 'Restore it from a copy, or encrypt the plain file with `ansible-vault encrypt`.',
    exit: 2,
  },
  VAULT_PASSWORD_WRONG: {
    what: 'The password does not open the vault {file}.',
    why: 'Its authentication code does not match: the password is another one, or the file was altered.',
    next: 'Give the right password with --vault-password-file or CLOUDWRIGHT_VAULT_PASSWORD_FILE, or restore the vault from a copy.',
    exit: 2,
  },
  VAULT_KEY_EARLIER: {
    what: 'The vault {file} is encrypted with an earlier key, {keyFile}.',
    why: 'The key was changed after this vault was written. The vault may have been restored from an old copy.',
    next: 'If it is the vault that you want, run `cloudwright vault rekey --vault-password-file {keyFile}`. Otherwise restore a newer copy of the vault.',
    exit: 2,
  },
  VAULT_PASSWORD_SHORT: {
    what: 'The vault password is shorter than {least} characters.',
    why: 'The format of ansible-vault derives the key with 10,000 rounds of PBKDF2 only. Whoever gets a copy of the vault can guess a short password.',
    next: 'Choose a longer password. `cloudwright vault rekey` changes that of an existing vault to a generated key, and with `--ask` to one of your own.',
    exit: 2,
  },
  VAULT_PASSWORD_MISSING: {
    what: 'There is no password for the vault {file}.',
    why: 'Neither --vault-password-file nor CLOUDWRIGHT_VAULT_PASSWORD_FILE is given, and {keyFile} does not exist.',
    next: 'Name a file that holds the password.',
    exit: 2,
  },
  VAULT_PASSWORD_FILE: {
    what: 'The vault password file {file} cannot be used: {reason}.',
    why: 'The password is its first line.',
    next: 'Name a readable file with the password on its first line.',
    exit: 2,
  },
  VAULT_PASSWORD_FILE_OPEN: {
    what: 'The vault password file {file} may be read by other users of this machine.',
    why: 'Whoever reads it and the vault knows every secret of the cloud.',
    next: 'Run `chmod 600 {file}`.',
    exit: 2,
  },
  VAULT_PASSWORD_EMPTY: {
    what: 'The vault password is empty.',
    why: 'An empty password protects nothing.',
    next: 'Choose a password.',
    exit: 2,
  },
  VAULT_CONTENT: {
    what: 'The contents of the vault are not a map of names to text: {reason}.',
    why: 'Each secret is one line `name: value`.',
    next: 'Fix it with `cloudwright vault edit`.',
    exit: 2,
  },
  VAULT_SECRET_FORM: {
    what: 'The secret {name} in the vault is not {form}.',
    why: 'The service that uses it would not start.',
    next: 'Correct it with `cloudwright vault edit`, or remove the line to have it generated.',
    exit: 2,
  },
  VAULT_SECRET_WEAK: {
    what: 'The secret {name} is a default password or shorter than {least} characters.',
    why: 'Such passwords are the first that are tried.',
    next: 'Choose another with `cloudwright vault edit`, or remove the line to have it generated.',
    exit: 2,
  },
  VAULT_SECRETS_PARTIAL: {
    what: 'The vault holds {present} but not {missing}.',
    why: 'The two belong together, and one cannot be made from the other.',
    next: 'Add the missing one with `cloudwright vault edit`, or remove both to have them generated.',
    exit: 2,
  },
  VAULT_EDITOR: {
    what: 'The editor `{editor}` ended with {reason}.',
    why: 'The vault was left as it was.',
    next: 'Set EDITOR to an editor that waits until you close the file.',
    exit: 2,
  },
  VAULT_ROTATION_STAGED: {
    what: 'The vault at {file} has no key fernet_key_0.',
    why: 'A rotation promotes this key, which the hosts must know before. Without it they would refuse tokens.',
    next: 'Run `cloudwright apply`, which generates and distributes it. Then rotate.',
    exit: 2,
  },
  VAULT_ROTATION_PENDING: {
    what: 'The fernet keys of the vault are not known to be on all control hosts.',
    why: 'A host without the staged key refuses tokens that other hosts sign with it. Since {since} no complete run of `apply` has verified the step identity on every control host.',
    next: 'Run `cloudwright apply` until it succeeds. Then rotate.',
    exit: 2,
  },
  VAULT_ROTATION_EARLY: {
    what: 'The fernet keys can be rotated again at {at}.',
    why: 'Tokens may be used for {hours} hours. Until then tokens of the previous primary key may be in use, and a rotation could remove a key that they need.',
    next: 'Rotate after that time.',
    exit: 2,
  },
});
