import type { Questions } from '../app/caller.ts';
import { fail, type Problem } from '../errors/problem.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks on the terminal, where a person can be asked; else undefined. The library is loaded with the first question.
 * Each rejects with CLI_INTERRUPTED when the person gives up.
 */
export function questionsOf(
  terminal: Terminal,
  printProblems: (problems: readonly Problem[]) => void,
): Questions | undefined {
  if (!terminal.asks) return undefined;
  return {
    async secret(question) {
      const { isCancel, password } = await import('@clack/prompts');
      const answer = await password({ message: question, output: process.stderr });
      return isCancel(answer) ? fail('CLI_INTERRUPTED') : (answer ?? '');
    },
    async text(question) {
      const { isCancel, text } = await import('@clack/prompts');
      const answer = await text({ message: question, output: process.stderr });
      return isCancel(answer) ? fail('CLI_INTERRUPTED') : (answer ?? '').trim();
    },
    async confirm(question, problems) {
      const { confirm } = await import('@clack/prompts');
      printProblems(problems);
      return (await confirm({ message: question, output: process.stderr })) === true;
    },
  };
}
