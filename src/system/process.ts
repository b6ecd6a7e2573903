import { textOf } from './files.ts';

/** Sends a signal; a process that has already ended is no error. */
export function signalProcess(pid: number, name: NodeJS.Signals | number): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Start time of a process in clock ticks since boot, proc_pid_stat(5): with the id it names one process uniquely. */
export async function startTime(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The program's name, in brackets, may hold spaces; fields are counted from the closing bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}
