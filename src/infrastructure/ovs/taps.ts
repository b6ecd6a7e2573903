import { sandbox } from '../../resources/index.ts';
import script from './taps.sh';

/** A program that runs as a service on a host. */
export interface TapService {
  readonly name: string;
  readonly scriptPath: string;
  readonly script: string;
  readonly unitPath: string;
  readonly unit: string;
}

/**
 * The service that keeps the taps of the integration bridge up. For every host on the userspace datapath that runs
 * instances; the kernel's datapath does not lose the flag. `server`: the unit of Open vSwitch.
 */
export function tapService(server: string, bridge = 'br-int'): TapService {
  const name = 'cloudwright-taps';
  const scriptPath = `/usr/local/sbin/${name}`;
  return {
    name,
    scriptPath,
    script,
    unitPath: `/etc/systemd/system/${name}.service`,
    unit: `[Unit]
Description=Keeps the taps of ${bridge} up
After=${server}.service
[Service]
ExecStart=${scriptPath} ${bridge}
RuntimeDirectory=${name}
Restart=always
RestartSec=1
${sandbox('taps')}[Install]
WantedBy=multi-user.target
`,
  };
}
