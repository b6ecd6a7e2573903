import { type Problem, problem } from '../../errors/problem.ts';
import { shellProgram } from '../../resources/program.ts';
import type { Text } from '../../secrets/confidential.ts';
import { fieldsOf } from '../members.ts';
import guardScript from './osdGuard.sh';
import stateScript from './osdState.sh';

/** What is on a block device. */
export interface OsdDeviceState {
  readonly device: string;
  readonly missing: boolean;
  readonly mounted: string | undefined;
  /** Partitions and devices built on it, with their types. */
  readonly children: string | undefined;
  /** Signatures that `wipefs` knows: `ext4`, `LVM2_member`, `zfs_member`, `gpt` … */
  readonly signatures: string | undefined;
  /** The uuid of the OSD that the device belongs to. */
  readonly osd: string | undefined;
  readonly unreadable: string | undefined;
}

/** POSIX shell that prints the state of block devices; it changes nothing. */
export function osdDeviceState(devices: readonly string[]): Text {
  return shellProgram(stateScript, {}, devices);
}

/** The states of the devices, in the order asked for. Throws where the script was cut. */
export function parseOsdDeviceState(output: string): readonly OsdDeviceState[] {
  if (!/^end=yes$/m.test(output)) throw new Error('the state of the block devices is incomplete');
  return output
    .split(/^(?=device=)/m)
    .filter((part) => part.startsWith('device='))
    .map((part) => {
      const fields = fieldsOf(part);
      return {
        device: fields.get('device') ?? '',
        missing: fields.get('missing') === 'yes',
        mounted: fields.get('mounted'),
        children: fields.get('children'),
        signatures: fields.get('signatures'),
        osd: fields.get('osd'),
        unreadable: fields.get('unreadable'),
      };
    });
}

/**
 * Whether an OSD may take the device: `uuid` is the one that its OSD has or will have. Undefined when it may: the
 * device is empty, or it is that OSD's already. A missing device is for the preflight to report.
 */
export function judgeOsdDevice(host: string, state: OsdDeviceState, uuid: string): Problem | undefined {
  const found = contentOf(state, uuid);
  if (found === undefined) return undefined;
  return problem('OSD_DEVICE_FOREIGN', {
    place: { kind: 'cloud', host },
    details: { host, device: state.device, found },
  });
}

function contentOf(state: OsdDeviceState, uuid: string): string | undefined {
  if (state.mounted !== undefined) return `a mounted file system (${state.mounted})`;
  if (state.children !== undefined) return `other devices (${state.children})`;
  if (state.unreadable !== undefined) return `content that cannot be read (${state.unreadable})`;
  if (state.osd === uuid) return undefined;
  if (state.osd !== undefined) return `an OSD of another cluster or host (${state.osd})`;
  return state.signatures === undefined ? undefined : `a signature of ${state.signatures}`;
}

/**
 * Shell that fails, with the reason, unless the device is empty or the OSD's own: run right before the OSD is
 * created, since a device may have been used after the preflight.
 */
export function osdDeviceGuard(device: string, uuid: string): Text {
  return shellProgram(guardScript, { device, uuid });
}
