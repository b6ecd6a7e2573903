import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings } from './reachable.ts';

/** Configuration files of the operator that exist, first the one that wins. */
export function operatorFiles(settings: Pick<SshSettings, 'configFile'>): readonly string[] {
  if (settings.configFile !== undefined) return [settings.configFile];
  return [join(homedir(), '.ssh', 'config'), '/etc/ssh/ssh_config'].filter((file) => existsSync(file));
}

/**
 * The configuration for ssh: the operator's own files first, ours after them. ssh uses the first value that it
 * finds (ssh_config(5)), so ours are defaults; only `sshOptions` cannot be overridden.
 */
export function sshConfig(settings: SshSettings, files: readonly string[]): string {
  const lines = files.map((file) => `Include "${file}"`);
  lines.push('Host *', `  User ${settings.user}`, `  Port ${settings.port}`);
  if (settings.identityFile !== undefined) lines.push(`  IdentityFile "${settings.identityFile}"`);
  // The first contact is reported; a changed key is still refused. Whoever stood in the way would get a password, while
  // a key proves itself without being handed over.
  const checking = settings.password === undefined ? 'accept-new' : 'yes';
  lines.push(`  StrictHostKeyChecking ${checking}`, '  ConnectTimeout 10', '  Compression no');
  return `${lines.join('\n')}\n`;
}

/** Options of every ssh process. */
export function sshOptions(configFile: string, controlPath: string, password: boolean): string[] {
  return [
    ...['-F', configFile, '-S', controlPath, '-T', '-e', 'none'],
    ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'],
    // A host that was taken over could log in to the others with the operator's agent or ticket.
    ...['-o', 'ForwardAgent=no', '-o', 'GSSAPIDelegateCredentials=no'],
    ...['-o', 'LogLevel=INFO', '-o', 'ForwardX11=no'],
    ...['-o', 'PermitLocalCommand=no', '-o', 'RemoteCommand=none', '-o', 'ControlPersist=no'],
    ...(password ? ['-o', 'BatchMode=no', '-o', 'NumberOfPasswordPrompts=1'] : ['-o', 'BatchMode=yes']),
  ];
}
