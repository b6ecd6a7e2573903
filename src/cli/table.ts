import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { certificatesCommand } from './commands/certificates.ts';
import { completionCommand } from './commands/completion.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { labCutCommand } from './commands/lab/cut.ts';
import { labDownCommand } from './commands/lab/down.ts';
import { labHealCommand } from './commands/lab/heal.ts';
import { labPartitionCommand } from './commands/lab/partition.ts';
import { labRestoreCommand } from './commands/lab/restore.ts';
import { labSnapshotCommand } from './commands/lab/snapshot.ts';
import { labSshCommand } from './commands/lab/ssh.ts';
import { labStatusCommand } from './commands/lab/status.ts';
import { labUpCommand } from './commands/lab/up.ts';
import { pingCommand } from './commands/ping.ts';
import { planCommand } from './commands/plan.ts';
import { statusCommand } from './commands/status.ts';
import { testCommand } from './commands/test.ts';
import { toolboxCommand } from './commands/toolbox.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import { vaultEditCommand } from './commands/vault/edit.ts';
import { vaultMakeCommand } from './commands/vault/make.ts';
import { vaultRekeyCommand } from './commands/vault/rekey.ts';
import { vaultRotateCommand } from './commands/vault/rotate.ts';
import { vaultViewCommand } from './commands/vault/view.ts';
import { verifyCommand } from './commands/verify.ts';
import type { CommandTable } from './commandTable.ts';

/** Every command, in the order of help. */
export const table: CommandTable = {
  groups: [
    { name: 'vault', purpose: 'manage', summary: 'the encrypted secrets' },
    { name: 'lab', purpose: 'manage', summary: 'trial machines on this host' },
  ],
  commands: [
    upCommand,
    initCommand,
    validateCommand,
    pingCommand,
    planCommand,
    applyCommand,
    verifyCommand,
    statusCommand,
    toolboxCommand,
    auditCommand,
    testCommand,
    importCommand,
    exportCommand,
    vaultMakeCommand,
    vaultEditCommand,
    vaultViewCommand,
    vaultRekeyCommand,
    vaultRotateCommand,
    certificatesCommand,
    labUpCommand,
    labDownCommand,
    labStatusCommand,
    labSshCommand,
    labCutCommand,
    labPartitionCommand,
    labHealCommand,
    labSnapshotCommand,
    labRestoreCommand,
    completionCommand,
  ],
};
