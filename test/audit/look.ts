import type { Inspection, Verdict } from '../../src/audit/verdict.ts';
import type { Cloud, Host } from '../../src/cloud/cloud.ts';
import type { CloudContext } from '../steps/clouds.ts';

/** What an inspection says of lines that its script has printed to the end. */
export function look(inspection: Inspection, lines: readonly string[]): readonly Verdict[] {
  return inspection.judge({ exitCode: 0, stdout: [...lines, 'end', ''].join('\n'), stderr: '' });
}

/** The sentences of what fails or warns. */
export const said = (verdicts: readonly Verdict[], state: Verdict['state']): readonly string[] =>
  verdicts.filter((one) => one.state === state).map(({ what }) => what);

export function hostOf({ cloud }: { readonly cloud: Cloud }, name: string): Host {
  const found = cloud.hosts.find((host) => host.name === name);
  if (!found) throw new Error(`no host ${name}`);
  return found;
}

/** The same cloud with other secrets. */
export function withSecrets(context: CloudContext, secrets: Readonly<Record<string, string>>): CloudContext {
  return { ...context, cloud: { ...context.cloud, secrets: { ...context.cloud.secrets, ...secrets } } };
}
