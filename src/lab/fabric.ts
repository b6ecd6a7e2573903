import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, script } from '../system/command.ts';
import { fabricInterface, fabricNamespace, nodeNamespace } from './names.ts';
import { hardwareAddress, LAB_NETWORKS } from './networks.ts';

const NAMESPACES = '/run/netns';

/** Inode of a network namespace, by which the processes in it are known; undefined where it is not (wholly) there. */
export async function namespaceInode(namespace: string): Promise<number | undefined> {
  return await stat(join(NAMESPACES, namespace)).then(
    (found) => found.ino,
    () => undefined,
  );
}

/** Takes segmentation and checksum offload off, which a datapath that reads frames raw cannot undo. */
function plainFrames(namespace: string, device: string): string {
  return `ip netns exec ${namespace} ethtool -K ${device} tx off tso off gso off gro off >/dev/null 2>&1 || true`;
}

/** Makes the namespace with one bridge a network; nothing touches this machine's own interfaces. Safe to repeat. */
export async function ensureFabric(lab: string): Promise<void> {
  const fabric = fabricNamespace(lab);
  const check = await attempt('ip', ['-n', fabric, '-br', 'address', 'show', 'up'], {
    doing: 'look at the networks of the lab',
  });
  const whole = LAB_NETWORKS.every((network) => {
    const line = check.stdout.split('\n').find((text) => text.startsWith(`${network.bridge} `));
    return line?.includes(network.fabricAddress);
  });
  if (check.exitCode === 0 && whole) return;
  const lines = [
    `ip -n ${fabric} link set lo up 2>/dev/null || { ip netns delete ${fabric} 2>/dev/null || true; ip netns add ${fabric}; ip -n ${fabric} link set lo up; }`,
  ];
  for (const network of LAB_NETWORKS) {
    const { bridge } = network;
    lines.push(
      `ip -n ${fabric} link show ${bridge} >/dev/null 2>&1 || ip -n ${fabric} link add ${bridge} mtu ${network.mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `ip -n ${fabric} address replace ${network.fabricAddress} dev ${bridge}`,
      `ip -n ${fabric} link set ${bridge} up`,
    );
    if (network.raw) lines.push(plainFrames(fabric, bridge));
  }
  await script(lines.join('\n'), { doing: 'make the networks of the lab' });
}

/**
 * Replaces the node's namespace with a new one that has eth0..eth4, each connected to its bridge; they exist before
 * the node's systemd starts, as the network cards of a machine do.
 */
export async function connectNode(lab: string, node: string, index: number): Promise<void> {
  const fabric = fabricNamespace(lab);
  const namespace = nodeNamespace(lab, node);
  const lines = [`ip netns delete ${namespace} 2>/dev/null || true`, `ip netns add ${namespace}`];
  for (const [position, network] of LAB_NETWORKS.entries()) {
    const device = fabricInterface(index, position);
    lines.push(
      `ip -n ${fabric} link delete ${device} 2>/dev/null || true`,
      `ip -n ${fabric} link add ${device} mtu ${network.mtu} type veth peer name eth${position} mtu ${network.mtu} address ${hardwareAddress(index, position)} netns ${namespace}`,
      `ip -n ${fabric} link set ${device} master ${network.bridge} up`,
    );
    if (network.raw) lines.push(plainFrames(fabric, device), plainFrames(namespace, `eth${position}`));
  }
  await script(lines.join('\n'), { doing: `connect ${node} to the networks of the lab` });
}

/** Pulls all of a node's cables, or plugs them in again. */
export async function switchCables(lab: string, index: number, state: 'up' | 'down'): Promise<void> {
  const lines = LAB_NETWORKS.map(
    (_, position) => `ip -n ${fabricNamespace(lab)} link set ${fabricInterface(index, position)} ${state}`,
  );
  await script(lines.join('\n'), { doing: `set the cables of node ${index} ${state}` });
}

/** Whether every one of the node's cables is plugged in. */
export async function cablesUp(lab: string, index: number): Promise<boolean> {
  const shown = await attempt('ip', ['-n', fabricNamespace(lab), '-br', 'link', 'show', 'up'], {
    doing: 'look at the cables of the lab',
  });
  return LAB_NETWORKS.every((_, position) => shown.stdout.includes(`${fabricInterface(index, position)}@`));
}
