import { describe, expect, it } from 'vitest';
import { usersOf } from '../../../src/services/derived.ts';
import { services } from '../../../src/services/index.ts';
import { type OnNode, printed } from './node.ts';

/**
 * Logs in with what nova-compute's own file holds, which is all that a compute host has of Keystone, and prints the
 * status of each request. `ADMIN`, `MEMBER`: ids of the administrator and of its role.
 */
const INTRUDER = `
import configparser, json, sys
from concurrent.futures import ThreadPoolExecutor
from keystoneauth1 import session
from keystoneauth1.identity import v3
held = configparser.RawConfigParser(strict=False)
held.read("/etc/nova/nova-compute.conf")
logins = {(held[name]["username"], held[name]["password"]) for name in held.sections() if "password" in held[name]}
[(user, password)] = logins
url = held["service_user"]["auth_url"]
def login(project="service"):
    auth = v3.Password(auth_url=url + "/v3", username=user, password=password, user_domain_name="Default",
                       project_name=project, project_domain_name="Default")
    return session.Session(auth=auth)
me = login()
own, project = me.get_user_id(), me.get_project_id()
role, admin = sys.argv[1:]
requests = {
    "list users": ("identity", "GET", "/v3/users", None),
    "create a user": ("identity", "POST", "/v3/users", {"user": {"name": "intruder"}}),
    "list projects": ("identity", "GET", "/v3/projects", None),
    "create a project": ("identity", "POST", "/v3/projects", {"project": {"name": "intruder"}}),
    "grant itself admin": ("identity", "PUT", "/v3/projects/%s/users/%s/roles/%s" % (project, own, role), None),
    "set a password": ("identity", "PATCH", "/v3/users/" + admin, {"user": {"password": "intruder's"}}),
    "list credentials": ("identity", "GET", "/v3/users/%s/credentials/OS-EC2" % admin, None),
    "list secrets": ("key-manager", "GET", "/v1/secrets", None),
    "list all servers": ("compute", "GET", "/servers/detail?all_tenants=1", None),
    "list hypervisors": ("compute", "GET", "/os-hypervisors", None),
    "list volume services": ("block-storage", "GET", "/os-services", None),
    "create a network": ("network", "POST", "/v2.0/networks", {"network": {"name": "x", "router:external": True}}),
    "list stacks of all": ("orchestration", "GET", "/stacks?global_tenant=true", None),
    "read its ports": ("network", "GET", "/v2.0/ports?limit=1", None),
    "read providers": ("placement", "GET", "/resource_providers", None),
}
def status(request):
    service, method, path, body = request
    # Keystone's endpoint has its version already.
    path = path[3:] if service == "identity" else path
    return me.request(path, method, json=body, raise_exc=False, headers={"accept": "application/json"},
                      endpoint_filter={"service_type": service, "interface": "internal"}).status_code
with ThreadPoolExecutor(4) as pool:
    found = dict(zip(requests, pool.map(status, requests.values())))
try:
    login("admin").get_token()
    found["log in to the project admin"] = 201
except Exception as error:
    found["log in to the project admin"] = error.http_status
print(json.dumps([user, found]))
`;

/** What nova-compute needs. All else is refused. */
const NEEDED = ['read its ports', 'read providers'];

/** That the users of an all-in-one cloud's services have the roles of their definitions, and what those allow. */
export function leastRights(
  on: OnNode,
  openstack: (words: string) => Promise<readonly Record<string, unknown>[]>,
): void {
  describe('the users of the services', () => {
    // M12: all of them had the role admin.
    it('have the roles of their definitions on one project, and no other anywhere', async () => {
      const given = await openstack('role assignment list --effective --names');
      for (const { name, roles } of services.flatMap(usersOf)) {
        const own = given.filter(({ User }) => User === `${name}@Default`);
        expect(own.map(({ Role, Project }) => `${Role} on ${Project}`).toSorted(), name).toEqual(
          roles.map((role) => `${role} on service@Default`).toSorted(),
        );
      }
    });

    it('of a compute host is refused what an administrator may do', async () => {
      const idOf = async (words: string, name: string) =>
        (await openstack(words)).find(({ Name }) => Name === name)?.ID;
      const [role, admin] = await Promise.all([idOf('role list', 'admin'), idOf('user list', 'admin')]);
      const [user, found] = JSON.parse(
        await printed(on, `python3 - ${role} ${admin} <<'END'${INTRUDER}END`),
      ) as [string, Readonly<Record<string, number>>];
      expect(user).toBe('nova_compute');
      expect(Object.keys(found).length).toBeGreaterThan(12);
      for (const [what, status] of Object.entries(found)) {
        const refused = what.startsWith('log in') ? 401 : 403;
        expect(status, what).toBe(NEEDED.includes(what) ? 200 : refused);
      }
    });

    it('get their further rights from rules that add to the defaults of the packages', async () => {
      const changed = services.filter(({ policy }) => policy);
      expect(changed.map(({ project }) => project)).toContain('neutron');
      for (const { project, policy = [] } of changed) {
        const sample = await printed(on, `oslopolicy-sample-generator --namespace ${project} 2>/dev/null`);
        const lines = sample.split('\n');
        for (const { rule, default: usual } of policy) {
          // A rule that the package does not define is decided by its rule `default`.
          const decides = sample.includes(`"${rule}":`) ? rule : 'default';
          expect(lines, `${project}: ${rule}`).toContain(`#"${decides}": "${usual}"`);
        }
      }
    });
  });
}
