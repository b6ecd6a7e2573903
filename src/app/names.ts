import { readCloud } from '../cloud/read.ts';
import { orderSteps } from '../engine/graph.ts';
import { steps } from '../steps/index.ts';

/** The steps of a run, in its order. */
export function stepNames(): readonly { readonly name: string; readonly title: string }[] {
  return orderSteps(steps).map(({ name, title }) => ({ name, title }));
}

/** The hosts of a description; none where it has an error. */
export async function hostNames(file: string): Promise<readonly string[]> {
  const { cloud } = await readCloud(file);
  return cloud?.hosts.map((host) => host.name) ?? [];
}
