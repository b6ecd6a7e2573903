import type { Cloud } from '../cloud/cloud.ts';
import { quoteText } from '../hosts/quote.ts';
import { Confidential, joinTexts, reveal, type Text, text } from '../secrets/confidential.ts';
import { identityUrl } from '../services/derived.ts';

/** One login of the cloud, as the standard tools take it. */
export interface Credential {
  /** Name of its entry in clouds.yaml. */
  readonly entry: string;
  readonly username: string;
  readonly password: Text;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

export interface CredentialSettings {
  readonly authUrl: string;
  readonly region: string;
  /** Path of the PEM file with the deployment's authority, where https is used for the APIs. */
  readonly caFile?: string;
}

/** The administrator's login and the demo project's; entries `<cloud>` and `<cloud>-demo`. */
export function credentialsOf(
  cloud: Cloud,
  caFile?: string,
): {
  readonly settings: CredentialSettings;
  readonly admin: Credential;
  readonly demo: Credential;
} {
  const domains = { userDomain: 'Default', projectDomain: 'Default' };
  return {
    settings: { authUrl: identityUrl(cloud), region: cloud.region, ...(caFile !== undefined && { caFile }) },
    admin: {
      entry: cloud.name,
      username: 'admin',
      password: cloud.secrets.admin_password,
      project: 'admin',
      ...domains,
    },
    demo: {
      entry: `${cloud.name}-demo`,
      username: 'demo',
      password: cloud.secrets.demo_password,
      project: 'demo',
      ...domains,
    },
  };
}

/** A file to source in a shell. Holds the password: to be written readable by its owner alone. */
export function openrc(settings: CredentialSettings, credential: Credential): Text {
  const variables: readonly (readonly [string, Text])[] = [
    ['OS_AUTH_URL', settings.authUrl],
    ['OS_USERNAME', credential.username],
    ['OS_PASSWORD', credential.password],
    ['OS_PROJECT_NAME', credential.project],
    ['OS_USER_DOMAIN_NAME', credential.userDomain],
    ['OS_PROJECT_DOMAIN_NAME', credential.projectDomain],
    ['OS_REGION_NAME', settings.region],
    ['OS_IDENTITY_API_VERSION', '3'],
    ['OS_INTERFACE', 'public'],
    ...(settings.caFile === undefined ? [] : [['OS_CACERT', settings.caFile] as const]),
  ];
  const head = `# ${credential.username} on ${credential.project}. Written by Cloudwright; use it with: . FILE\n`;
  // What another cloud's file left in the shell would be mixed in.
  const clear = 'for name in $(env | sed -n "s/^\\(OS_[A-Z0-9_]*\\)=.*/\\1/p"); do unset "$name"; done\n';
  const lines = variables.map(([name, value]) => text`export ${name}=${quoteText(value)}\n`);
  return joinTexts([head, clear, ...lines], '');
}

/** clouds.yaml of the OpenStack SDK, one entry for each login. Holds passwords: to be readable by its owner alone. */
export function cloudsYaml(settings: CredentialSettings, credentials: readonly Credential[]): Text {
  const entries = credentials.map((credential) => {
    const ca = settings.caFile === undefined ? '' : `    cacert: ${yamlString(settings.caFile)}\n`;
    return text`  ${yamlString(credential.entry)}:
    auth:
      auth_url: ${yamlString(settings.authUrl)}
      username: ${yamlString(credential.username)}
      password: ${yamlText(credential.password)}
      project_name: ${yamlString(credential.project)}
      user_domain_name: ${yamlString(credential.userDomain)}
      project_domain_name: ${yamlString(credential.projectDomain)}
    region_name: ${yamlString(settings.region)}
    interface: public
    identity_api_version: 3
${ca}`;
  });
  return joinTexts(['# Written by Cloudwright.\nclouds:\n', ...entries], '');
}

/** A double-quoted YAML scalar: JSON's strings are a part of YAML 1.2's. */
function yamlString(value: string): string {
  return JSON.stringify(value);
}

function yamlText(value: Text): Text {
  if (typeof value === 'string') return yamlString(value);
  return new Confidential(yamlString(reveal(value)), yamlString(value.masked));
}
