import type { Cloud, Host } from '../../cloud/cloud.ts';
import { factsOf } from '../../cloud/reached.ts';
import type { Finding, ShellCheck } from '../../engine/check.ts';
import type { StepContext } from '../../engine/step.ts';
import { pathOf } from '../../platform/platform.ts';
import { platformOf } from '../../platform/select.ts';
import { shellProgram } from '../../resources/index.ts';
import { plain } from '../../secrets/confidential.ts';
import program from './consoles.sh';

/** The domain that the check starts; Nova's are called `instance-…`. */
const DOMAIN = 'cloudwright-check';

/**
 * Starts a domain as Nova does and asks its console over the wire address: VeNCrypt only (security type 19), with a
 * certificate that names the address, and nobody without a certificate of the hypervisors' authority. A certificate that
 * QEMU's TLS library does not take keeps the domain from starting.
 */
export function consoleEncryptionCheck({ cloud, facts }: StepContext<Cloud>, host: Host): ShellCheck {
  const component = platformOf(cloud.release, factsOf(facts, host.name)).components.libvirt;
  return {
    via: 'shell',
    id: `console-encryption-${host.name}`,
    title: `consoles of instances on ${host.name} are encrypted and let the console proxies in alone`,
    host: host.name,
    limitSeconds: 90,
    thorough: true,
    script: plain(
      shellProgram(program, {
        address: host.addresses.management,
        folder: pathOf(component, 'certificates'),
        domain: DOMAIN,
      }),
    ),
    judge: judgeConsole,
  };
}

const WANTED = [
  'offers 19',
  'with own certificate: accepted',
  'with foreign certificate: refused',
  'with no certificate: refused',
];

function judgeConsole({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Finding {
  const seen = stdout.trim().split('\n');
  if (stdout.trim() === '') return { ok: false, sentence: 'no console could be asked', evidence: stderr };
  const wrong = WANTED.findIndex((line, index) => seen[index] !== line);
  if (wrong < 0) return { ok: true, sentence: 'VeNCrypt only, with certificates of both sides' };
  return {
    ok: false,
    sentence: `the console says "${seen[wrong] ?? 'nothing'}" instead of "${WANTED[wrong]}"`,
    evidence: `${stdout}${stderr}`,
  };
}
