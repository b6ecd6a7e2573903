import { describe, expect, it } from 'vitest';
import { allChecks, allInOne, content, iniSection, threeControls } from '../steps/clouds.ts';

const HEAT = '/etc/heat/heat.conf';

describe('heat.conf', () => {
  const lines = iniSection(content(threeControls(), 'control1', HEAT), 'DEFAULT');

  // O1: the default is a published value, with which trusts and hidden parameters would be encrypted.
  it('has a key of its own for what is stored encrypted, the same on every host', () => {
    for (const host of ['control1', 'control2', 'control3'])
      expect(iniSection(content(threeControls(), host, HEAT), 'DEFAULT')).toContain(
        'auth_encryption_key = hidden-heat_auth_encryption_key-',
      );
  });

  // O2: signals and wait conditions went to a port on which nothing listened.
  it('sends signals and wait conditions to the CloudFormation API, at the address that instances reach', () => {
    expect(lines).toContain('heat_metadata_server_url = https://203.0.113.100:8000');
    expect(lines).toContain('heat_waitcondition_server_url = https://203.0.113.100:8000/v1/waitcondition');
    expect(content(threeControls(), 'control2', '/etc/haproxy/haproxy.cfg')).toContain(
      'listen cloudformation\n  maxconn 500\n  bind 192.0.2.100:8000 ssl crt /etc/haproxy/cloudwright.pem\n  bind 203.0.113.100:8000 ssl',
    );
    expect(content(threeControls(), 'control2', '/etc/cloudwright/uwsgi/heat-api-cfn.ini')).toContain(
      'http-socket = 127.0.0.1:8000\n',
    );
    expect(allChecks(allInOne()).map(({ id }) => id)).toContain('orchestration-api-cfn-one');
  });
});
