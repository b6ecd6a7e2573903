import { spawn } from 'node:child_process';
import { quote } from '../system/quote.ts';
import type { LabLocation } from './names.ts';
import { type LabState, nodeOf, readState } from './state.ts';

export interface SshToNodeOptions extends LabLocation {
  readonly node: string;
}

/**
 * What a node's shell is given. One word is a command line for that shell, as with ssh(1); several words are a program
 * and its arguments, which arrive unchanged.
 */
export function commandLine(words: readonly string[]): string {
  const [only = '', ...rest] = words;
  return rest.length === 0 ? only : words.map(quote).join(' ');
}

/** Arguments of ssh(1). Its own options end before the node's name, so that none of `words` is taken for one. */
export function sshArguments(
  state: Pick<LabState, 'sshConfig'>,
  node: string,
  words: readonly string[],
): string[] {
  return ['-F', state.sshConfig, '--', node, ...(words.length > 0 ? [commandLine(words)] : [])];
}

/**
 * A shell on the node as root, on this process's terminal, or `words` run there. Gives the exit code: the command's,
 * 255 when ssh fails, 127 when there is no ssh.
 */
export async function sshToNode(options: SshToNodeOptions, words: readonly string[] = []): Promise<number> {
  const state = await readState(options);
  nodeOf(state, options.node);
  const child = spawn('ssh', sshArguments(state, options.node, words), { stdio: 'inherit' });
  return await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 255));
  });
}
