import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { openstackKinds } from './support/openstackKinds.ts';
import { tunnelledCloud } from './support/tunnel.ts';

/**
 * The deploy suite runs these tests on its own cloud. With CLOUDWRIGHT_KINDS_CLOUD=…/cloud.yaml, _SSH=…/ssh_config
 * and _HOST=control1 they run on any other one.
 */
const { CLOUDWRIGHT_KINDS_CLOUD: file, CLOUDWRIGHT_KINDS_SSH: ssh } = process.env;
const host = process.env.CLOUDWRIGHT_KINDS_HOST ?? 'control1';

describe.runIf(file !== undefined && ssh !== undefined)('a cloud that is there already', () => {
  openstackKinds(() => tunnelledCloud(join(dirname(file ?? ''), 'clouds.yaml'), ssh ?? '', host), host);
});
