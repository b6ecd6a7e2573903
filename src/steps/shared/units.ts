import type { Resource } from '../../engine/resource.ts';
import { file } from '../../resources/index.ts';

/**
 * A drop-in for a package's unit (name without `.service`): started at boot after the units that it would otherwise
 * fail without, and started again whatever ended it.
 */
export function steadyUnit(host: string, unit: string, after: readonly string[]): Resource {
  return file(
    host,
    `/etc/systemd/system/${unit}.service.d/cloudwright.conf`,
    `[Unit]\nAfter=${after.join(' ')}\n[Service]\nRestart=always\nRestartSec=2\n`,
  );
}
