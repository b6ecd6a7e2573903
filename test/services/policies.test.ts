import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { usersOf } from '../../src/services/derived.ts';
import { services } from '../../src/services/index.ts';
import { serviceRoles } from '../../src/services/policies.ts';
import { allResources, content, files, threeControls } from '../steps/clouds.ts';

const context = threeControls();
const users = services.flatMap(usersOf);
const rules = services.flatMap(({ project, policy = [] }) => policy.map((rule) => ({ project, ...rule })));

describe('the users of the services', () => {
  // M12: every service user was an administrator of the cloud.
  it('are no administrators, and have the role with which they check tokens', () => {
    expect(users.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['glance', 'nova', 'nova_compute', 'neutron', 'cinder', 'heat', 'swift']),
    );
    for (const { name, roles } of users) {
      expect(roles, name).toContain('service');
      expect(roles, name).not.toContain('admin');
    }
  });

  it('have no role that Keystone does not get, or that no rule names', () => {
    const made = allResources(context).map(({ id }) => id);
    const further = new Set(users.flatMap(({ roles }) => roles).filter((role) => role !== 'service'));
    expect([...further].toSorted()).toEqual(Object.values(serviceRoles).toSorted());
    for (const role of further) {
      expect(made).toContain(`API/identity-role:${role}`);
      expect(
        rules.some(({ or }) => or.split(' or ').includes(`role:${role}`)),
        role,
      ).toBe(true);
    }
  });

  it('of a compute host has the role `service` and nothing else', () => {
    expect(users.find(({ name }) => name === 'nova_compute')?.roles).toEqual(['service']);
    // Neither of the two is an administrator of an API for that role.
    for (const { rule, or } of rules.filter(({ rule }) => rule === 'context_is_admin'))
      expect(or, rule).not.toMatch(/\bservice\b/);
  });

  it('all have a password of their own', () => {
    expect(new Set(users.map(({ password }) => password)).size).toBe(users.length);
  });
});

describe('the rules that differ from the defaults', () => {
  const written = files(context).filter(({ path }) => path.endsWith('/policy.d/10_cloudwright.yaml'));

  it('are on the control hosts, readable by the service, and add to the default', () => {
    expect(written.map(({ host, path, group }) => `${host} ${path} ${group}`).toSorted()).toEqual(
      ['control1', 'control2', 'control3'].flatMap((host) =>
        ['cinder', 'keystone', 'neutron', 'nova'].map(
          (project) => `${host} /etc/${project}/policy.d/10_cloudwright.yaml ${project}`,
        ),
      ),
    );
    for (const project of ['cinder', 'keystone', 'neutron', 'nova']) {
      const own = rules.filter((rule) => rule.project === project);
      expect(own.length).toBeGreaterThan(0);
      expect(parse(content(context, 'control2', `/etc/${project}/policy.d/10_cloudwright.yaml`))).toEqual(
        Object.fromEntries(own.map(({ rule, default: usual, or }) => [rule, `${usual} or ${or}`])),
      );
    }
  });

  it('are read where the service is configured to look, and restart it', () => {
    for (const project of ['cinder', 'keystone', 'neutron', 'nova']) {
      const path = `/etc/${project}/policy.d`;
      expect(content(context, 'control1', `/etc/${project}/${project}.conf`)).toContain(
        `policy_dirs = ${path}\n`,
      );
      const api = allResources(context).find(({ id }) =>
        new RegExp(`^control1/service:${project}(-api)?$`).test(id),
      );
      expect(api?.watches, project).toContain(`control1/file:${path}/10_cloudwright.yaml`);
    }
  });

  // A rule for everybody, or for the owner of nothing, would be wider than what Nova needs.
  it('allow a role, and to all services reading and what the port of an instance takes', () => {
    for (const { rule, or } of rules) {
      if (/:service_api$|role:service$/.test(or))
        expect(rule).toMatch(/^get_|^update_port:device_id$|^volume:attachment_delete$/);
      else expect(or).toMatch(/^role:(compute_admin|volume_admin|credential_reader)$/);
    }
  });
});
