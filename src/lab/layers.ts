import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { readJson } from '../system/files.ts';
import { findBase } from './base.ts';
import { checkSnapshotName, type LabLocation, nodePaths } from './names.ts';
import { copyTree, nodeProcesses, readRecord } from './node.ts';
import { nodeOf, readState } from './state.ts';

interface LayerStamp {
  readonly base: string;
  /** How many trees the layer has, named 0, 1, ... from the topmost. */
  readonly trees: number;
}

export interface Layer {
  readonly base: string;
  /** Trees over the base, topmost first. */
  readonly lowers: readonly string[];
}

function layerFolder(directory: string, layer: string): string {
  return join(directory, 'layers', layer);
}

/** Names of the saved layers. */
export async function labLayers(directory: string): Promise<string[]> {
  return (await readdir(join(directory, 'layers')).catch(() => [])).filter((name) => !name.startsWith('.'));
}

export async function findLayer(directory: string, layer: string): Promise<Layer> {
  checkSnapshotName(layer);
  const folder = layerFolder(directory, layer);
  const stamp = await readJson<LayerStamp>(join(folder, 'stamp.json'));
  if (!stamp || !(await findBase(directory, stamp.base))) {
    return fail('LAB_LAYER_UNKNOWN', { details: { layer, directory } });
  }
  const lowers = Array.from({ length: stamp.trees }, (_, position) => join(folder, String(position)));
  return { base: stamp.base, lowers };
}

/**
 * Saves what a stopped node has over the base tree under a name; new nodes made with `labUp({ layer })` start from
 * it. Replaces a layer of the same name, which no node may be using.
 */
export async function labSaveLayer(location: LabLocation, node: string, layer: string): Promise<void> {
  checkSnapshotName(layer);
  const state = await readState(location);
  nodeOf(state, node);
  if ((await nodeProcesses(location.name, node)).length > 0) fail('LAB_NODE_RUNNING', { details: { node } });
  const record = await readRecord(location, node);
  if (!record) fail('LAB_NOT_UP', { details: { name: location.name, directory: location.directory } });
  const folder = layerFolder(location.directory, layer);
  const temporary = layerFolder(location.directory, `.${layer}.making`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true, mode: 0o755 });
  const trees = [nodePaths(location, node).upper, ...record.lowers];
  for (const [position, tree] of trees.entries()) await copyTree(tree, join(temporary, String(position)));
  const stamp: LayerStamp = { base: record.base, trees: trees.length };
  await writeFile(join(temporary, 'stamp.json'), JSON.stringify(stamp));
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
}
