import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cloudsYaml, openrc } from '../../src/app/credentials.ts';
import { Confidential, masked, reveal } from '../../src/secrets/confidential.ts';

const settings = { authUrl: 'http://192.0.2.10:5000/v3', region: 'RegionOne', caFile: '/etc/ca.pem' };
const admin = (password: string) => ({
  entry: 'trial',
  username: 'admin',
  password: new Confidential(password),
  project: 'admin',
  userDomain: 'Default',
  projectDomain: 'Default',
});

/** What a shell holds after sourcing the file. */
function sourced(file: string): Record<string, string> {
  const script = `${file}\nprintf '%s\\0' "$OS_PASSWORD" "$OS_AUTH_URL" "\${OS_TOKEN-none}" "$OS_CACERT"`;
  const output = execFileSync('sh', [], {
    input: script,
    env: { PATH: process.env.PATH, OS_TOKEN: 'of another cloud' },
  });
  const [password = '', url = '', token = '', ca = ''] = output.toString().split('\0');
  return { password, url, token, ca };
}

describe('openrc', () => {
  it('gives the shell this cloud and nothing of another', () => {
    expect(sourced(reveal(openrc(settings, admin(`it's "$HOME" \`x\``))))).toEqual({
      password: `it's "$HOME" \`x\``,
      url: 'http://192.0.2.10:5000/v3',
      token: 'none',
      ca: '/etc/ca.pem',
    });
  });

  it('is confidential', () => {
    const file = openrc(settings, admin('hidden word'));
    expect(file).toBeInstanceOf(Confidential);
    expect(masked(file)).not.toContain('hidden word');
  });
});

describe('clouds.yaml', () => {
  it('holds every entry', () => {
    const demo = { ...admin('d'), entry: 'trial-demo', username: 'demo', project: 'demo' };
    const { clouds } = parse(reveal(cloudsYaml(settings, [admin('a'), demo])));
    expect(Object.keys(clouds)).toEqual(['trial', 'trial-demo']);
    expect(clouds.trial).toEqual({
      auth: {
        auth_url: settings.authUrl,
        username: 'admin',
        password: 'a',
        project_name: 'admin',
        user_domain_name: 'Default',
        project_domain_name: 'Default',
      },
      region_name: 'RegionOne',
      interface: 'public',
      identity_api_version: 3,
      cacert: '/etc/ca.pem',
    });
  });

  it('brings every password through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (password) => {
        const file = cloudsYaml(settings, [admin(password)]);
        expect(parse(reveal(file)).clouds.trial.auth.password).toBe(password);
      }),
    );
  });
});
