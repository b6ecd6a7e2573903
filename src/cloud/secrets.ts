import type { Text } from '../secrets/confidential.ts';
import type { Cloud } from './cloud.ts';

/** A secret by its name in the vault. An unknown name is a mistake of the program, not of the operator. */
export function secretOf(cloud: Pick<Cloud, 'secrets'>, name: string): Text {
  const secrets: Readonly<Record<string, Text | undefined>> = cloud.secrets;
  const found = secrets[name];
  if (found === undefined) throw new Error(`the vault has no secret ${name}`);
  return found;
}
