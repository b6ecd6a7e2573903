import { randomBytes } from 'node:crypto';
import type { Client } from '../api/client.ts';
import { orUndefined } from '../api/errors.ts';
import { apiCheck, PREFIX } from '../checks/apiCheck.ts';
import { judge } from '../checks/verdict.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ApiCheck, ShellCheck } from '../engine/check.ts';
import type { HostContext, Sections, ServiceContext, ServiceDefinition } from './definition.ts';
import {
  authTokenSection,
  cacheSection,
  commonSections,
  databaseSection,
  serviceAuthSection,
} from './shared/sections.ts';
import { workers } from './shared/workers.ts';

const PORT = 8004;
const CFN_PORT = 8000;

/** Heat, with a domain of its own for the users that stacks make. */
export const orchestration: ServiceDefinition = {
  name: 'orchestration',
  project: 'heat',
  title: 'Orchestration (Heat)',
  needs: ['identity', 'messaging'],
  optional: { summary: 'Heat.', default: true },
  catalog: [
    { type: 'orchestration', description: 'Orchestration', port: PORT, path: '/v1/%(project_id)s' },
    { type: 'cloudformation', name: 'heat-cfn', description: 'CloudFormation', port: CFN_PORT, path: '/v1' },
  ],
  databases: ['heat'],
  secrets: [
    { name: 'heat_domain_password', kind: 'password' },
    { name: 'heat_auth_encryption_key', kind: 'characters-32' },
  ],
  roles: { names: ['heat_stack_owner', 'heat_stack_user'], members: ['heat_stack_owner'] },
  domain: {
    name: 'heat',
    description: 'Users and projects of stacks',
    administrator: 'heat_domain_admin',
    password: 'heat_domain_password',
  },
  extras: () => ['client'],
  dashboardPlugin: true,
  configuration: [{ name: 'heat.conf', on: controlHosts, sections }],
  migrations: () => [{ kind: 'schema', database: 'heat', command: 'heat-manage db_sync' }],
  installers: {
    packstack: {
      default: false,
      secrets: { CONFIG_HEAT_DOMAIN_PASSWORD: 'heat_domain_password' },
      meaningless: {
        CONFIG_HEAT_AUTH_ENC_KEY:
          'A new key is generated; it matters only to stacks of the old cloud, which are not taken over.',
      },
    },
    kolla: { secrets: { heat_domain_admin_password: 'heat_domain_password' } },
    burrito: null,
  },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'orchestration', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq'],
    },
    {
      name: 'api-cfn',
      kind: 'wsgi',
      on: controlHosts,
      port: CFN_PORT,
      health: '/',
      balanced: { section: 'cloudformation', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq'],
    },
    {
      name: 'engine',
      kind: 'daemon',
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'keystone/api'],
    },
  ],
  purge: [{ command: 'heat-manage purge_deleted -g days 30' }],
  checks: (context) => {
    const engine = engineCheck(context);
    return [engine, { ...stackCheck(), after: [engine.id] }];
  },
};

function sections(context: HostContext): Sections {
  const { cloud, host } = context;
  const common = commonSections(context);
  // Instances call these from their own networks.
  const cloudFormation = context.publicUrl('cloudformation');
  return {
    ...common,
    DEFAULT: {
      ...common.DEFAULT,
      heat_metadata_server_url: cloudFormation,
      heat_waitcondition_server_url: `${cloudFormation}/v1/waitcondition`,
      stack_domain_admin: 'heat_domain_admin',
      stack_domain_admin_password: secretOf(cloud, 'heat_domain_password'),
      stack_user_domain_name: 'heat',
      // Encrypts trusts and hidden parameters; the default is a published value.
      auth_encryption_key: secretOf(cloud, 'heat_auth_encryption_key'),
      num_engine_workers: workers(context.own),
      region_name_for_services: cloud.region,
      host: host.name,
    },
    database: databaseSection(context, 'heat'),
    keystone_authtoken: authTokenSection(context, 'heat'),
    trustee: serviceAuthSection(context, 'heat'),
    clients: { endpoint_type: 'internalURL' },
    clients_keystone: { auth_uri: context.url('identity'), endpoint_type: 'internalURL' },
    cache: cacheSection(context),
  };
}

interface Stack {
  readonly id: string;
  readonly stack_name: string;
  readonly stack_status: string;
  readonly stack_status_reason?: string;
  readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
}

/**
 * A request that comes before an engine listens is lost, and the API waits a minute for its answer. The queue
 * `engine` is the last that an engine takes up.
 */
function engineCheck({ control, consumers }: ServiceContext): ShellCheck {
  return {
    via: 'shell',
    id: 'orchestration-engine',
    title: 'Heat engines take requests',
    host: control.name,
    limitSeconds: 300,
    script: consumers('engine'),
    judge({ stdout, stderr }) {
      const count = /^\{ok,\s*(\d+)\}/.exec(stdout.trim())?.[1];
      if (count === undefined) return { ok: false, sentence: 'RabbitMQ does not answer', evidence: stderr };
      if (count === '0') return { ok: false, sentence: 'no heat-engine listens yet' };
      return { ok: true, sentence: `${count} heat-engine worker${count === '1' ? '' : 's'} listening` };
    },
  };
}

/** A stack of one random string: Heat's engine, its database and its queue, and nothing else. */
const TEMPLATE = {
  heat_template_version: '2018-08-31',
  resources: { word: { type: 'OS::Heat::RandomString', properties: { length: 8 } } },
  outputs: { word: { value: { get_attr: ['word', 'value'] } } },
};

interface Stack {
  readonly id: string;
  readonly stack_name: string;
  readonly stack_status: string;
  readonly stack_status_reason?: string;
  readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
}

export function stackCheck(): ApiCheck<Client> {
  const words = {
    id: 'orchestration-stack',
    title: 'Heat deploys a stack and deletes it',
    limitSeconds: 300,
    thorough: true,
  };
  return apiCheck(words, async (api) => {
    // By name and id: by one of them alone, the service answers with a redirection.
    const remove = (stack: string, at: string) =>
      api.request('orchestration', 'DELETE', `/stacks/${stack}/${at}`);
    for (const left of await api.list<Stack>('orchestration', '/stacks', 'stacks')) {
      if (left.stack_name.startsWith(PREFIX)) await remove(left.stack_name, left.id);
    }
    const name = `${PREFIX}${randomBytes(4).toString('hex')}`;
    const body = { stack_name: name, template: TEMPLATE, timeout_mins: 5, disable_rollback: true };
    const { id } = (await api.request<{ stack: Stack }>('orchestration', 'POST', '/stacks', body)).stack;
    const settled = (what: string, passing: readonly string[]) =>
      api.until(
        `stack ${name} to be ${what}`,
        async () => {
          // Heat forgets a deleted stack sooner or later.
          const look = api.request<{ stack: Stack }>('orchestration', 'GET', `/stacks/${name}/${id}`);
          const stack = (await orUndefined(look))?.stack;
          const status = stack?.stack_status ?? 'gone';
          return passing.includes(status) ? { seen: status } : { value: stack };
        },
        60,
      );
    try {
      const stack = await settled('created', ['CREATE_IN_PROGRESS']);
      const word = stack?.outputs?.find((output) => output.output_key === 'word')?.output_value;
      const status = stack?.stack_status ?? 'gone';
      if (status !== 'CREATE_COMPLETE') {
        return { ok: false, sentence: `the stack is ${status}: ${stack?.stack_status_reason ?? ''}` };
      }
      if (typeof word !== 'string' || word.length !== 8)
        return { ok: false, sentence: 'the stack has no output' };
    } finally {
      await remove(name, id);
    }
    const gone = await settled('deleted', ['CREATE_COMPLETE', 'DELETE_IN_PROGRESS']);
    const status = gone?.stack_status ?? 'DELETE_COMPLETE';
    const faults = status === 'DELETE_COMPLETE' ? [] : [`the stack is ${status}`];
    return judge(faults, 'a stack was created, gave its output and was deleted');
  });
}
