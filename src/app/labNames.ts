import { readdir } from 'node:fs/promises';
import { labDirectory } from '../lab/names.ts';
import { findState } from '../lab/state.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The labs of this machine. */
export async function labNames(environment: Variables): Promise<readonly string[]> {
  const directory = labDirectory(environment);
  const names = await readdir(directory).catch(() => []);
  const states = await Promise.all(names.map(async (name) => await findState({ name, directory })));
  return states.flatMap((state) => (state ? [state.name] : []));
}

/** The nodes of a lab; none where there is no such lab. */
export async function nodeNames(lab: string, environment: Variables): Promise<readonly string[]> {
  const state = await findState({ name: lab, directory: labDirectory(environment) });
  return state?.nodes.map((node) => node.name) ?? [];
}
