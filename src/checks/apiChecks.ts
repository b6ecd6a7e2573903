import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Client } from '../api/client.ts';
import { orUndefined } from '../api/errors.ts';
import type { ApiCheck, Finding } from '../engine/check.ts';
import { API } from '../engine/resource.ts';
import {
  type AgentExpectation,
  type ComputeExpectation,
  judgeComputeServices,
  judgeNetworkAgents,
  judgeVolumeServices,
  type ServiceExpectation,
} from './judgements.ts';
import { finding, judge, shortName } from './verdict.ts';

/** What the checks make for a moment carries this, so that the next probe finds what an interrupted one left. */
const PREFIX = 'cw-check-';

interface CheckText {
  readonly id: string;
  readonly title: string;
  readonly limitSeconds: number;
  /** See `Check.thorough`. */
  readonly thorough?: boolean;
}

function apiCheck(words: CheckText, probe: (api: Client) => Promise<Finding>): ApiCheck<Client> {
  return { via: 'api', host: API, ...words, probe: (api) => finding(() => probe(api)) };
}

export function tokenCheck(): ApiCheck<Client> {
  const words = { id: 'identity-token', title: 'Keystone issues a token through the VIP', limitSeconds: 60 };
  return apiCheck(words, async (api) => {
    const login = await api.session.login();
    const projects = await api.identity.projects();
    const faults = login.roles.includes('admin')
      ? []
      : ['the administrator has no role admin on its project'];
    return judge(faults, `a token for the administrator, ${projects.length} projects`);
  });
}

/** The list goes through Glance's database, the token check and its policies; the tiny image through its store. */
export function imageServiceCheck(): ApiCheck<Client> {
  const words = {
    id: 'image-service',
    title: 'Glance takes an image and gives it up again',
    limitSeconds: 90,
    thorough: true,
  };
  return apiCheck(words, async (api) => {
    const name = `${PREFIX}image`;
    for (const left of await api.image.list({ name })) await api.image.remove(left.id);
    const made = await api.image.create({ name, disk_format: 'raw', container_format: 'bare' });
    try {
      const content = randomBytes(512);
      await api.image.upload(made.id, content.length, () => Readable.from([content]), 60);
      const stored = await api.image.get(made.id);
      const faults: string[] = [];
      if (stored.status !== 'active') faults.push(`the image is ${stored.status} after its upload`);
      if (stored.size !== content.length) faults.push(`${stored.size} of ${content.length} bytes are stored`);
      return judge(faults, 'an image was stored and removed');
    } finally {
      await api.image.remove(made.id);
    }
  });
}

/** Each compute host is a resource provider with processors, memory and disk: without them nothing is scheduled. */
export function placementCheck(computeHosts: readonly string[]): ApiCheck<Client> {
  const words = {
    id: 'placement-inventories',
    title: 'Placement knows what each compute host has',
    limitSeconds: 120,
  };
  return apiCheck(words, async (api) => {
    const providers = await api.placement.providers();
    const faults = await Promise.all(
      computeHosts.map(async (name): Promise<readonly string[]> => {
        const provider = providers.find((one) => shortName(one.name) === shortName(name));
        if (!provider) return [`${name} is no resource provider`];
        const inventories = await api.placement.inventories(provider.uuid);
        return ['VCPU', 'MEMORY_MB', 'DISK_GB']
          .filter((kind) => (inventories[kind]?.total ?? 0) <= 0)
          .map((kind) => `${name} has no ${kind}`);
      }),
    );
    return judge(
      faults.flat(),
      `${computeHosts.length} of ${computeHosts.length} compute hosts with inventories`,
    );
  });
}

export function computeServicesCheck(expected: ComputeExpectation): ApiCheck<Client> {
  const words = { id: 'compute-services', title: 'Compute services are enabled and up', limitSeconds: 120 };
  return apiCheck(words, async (api) => judgeComputeServices(await api.compute.services(), expected));
}

export function networkAgentsCheck(expected: AgentExpectation): ApiCheck<Client> {
  const words = {
    id: 'network-agents',
    title: 'Network agents are alive and of the right kinds',
    limitSeconds: 120,
  };
  return apiCheck(words, async (api) => judgeNetworkAgents(await api.network.agents(), expected));
}

export function volumeServicesCheck(expected: readonly ServiceExpectation[]): ApiCheck<Client> {
  const words = { id: 'volume-services', title: 'Volume services are enabled and up', limitSeconds: 120 };
  return apiCheck(words, async (api) => judgeVolumeServices(await api.volume.services(), expected));
}

/** A stack of one random string: Heat's engine, its database and its queue, and nothing else. */
const TEMPLATE = {
  heat_template_version: '2018-08-31',
  resources: { word: { type: 'OS::Heat::RandomString', properties: { length: 8 } } },
  outputs: { word: { value: { get_attr: ['word', 'value'] } } },
};

export function stackCheck(): ApiCheck<Client> {
  const words = {
    id: 'orchestration-stack',
    title: 'Heat deploys a stack and deletes it',
    limitSeconds: 120,
    thorough: true,
  };
  return apiCheck(words, async (api) => {
    const heat = api.orchestration;
    for (const left of await heat.stacks()) {
      if (left.stack_name.startsWith(PREFIX)) await heat.remove(left.stack_name, left.id);
    }
    const name = `${PREFIX}${randomBytes(4).toString('hex')}`;
    const id = await heat.create(name, TEMPLATE, 5);
    const settled = (what: string, passing: readonly string[]) =>
      api.until(
        `stack ${name} to be ${what}`,
        async () => {
          // Heat forgets a deleted stack sooner or later.
          const stack = await orUndefined(heat.stack(name, id));
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
      await heat.remove(name, id);
    }
    const gone = await settled('deleted', ['CREATE_COMPLETE', 'DELETE_IN_PROGRESS']);
    const status = gone?.stack_status ?? 'DELETE_COMPLETE';
    const faults = status === 'DELETE_COMPLETE' ? [] : [`the stack is ${status}`];
    return judge(faults, 'a stack was created, gave its output and was deleted');
  });
}

export function secretStoreCheck(): ApiCheck<Client> {
  const words = {
    id: 'key-manager-secret',
    title: 'Barbican keeps a secret and gives it back',
    limitSeconds: 60,
  };
  return apiCheck(words, async (api) => {
    const name = `${PREFIX}secret`;
    for (const left of await api.keyManager.list(name)) await api.keyManager.remove(left.secret_ref);
    const payload = randomBytes(16).toString('hex');
    const id = await api.keyManager.store(name, payload);
    try {
      const read = await api.keyManager.payload(id);
      const faults = read.reveal() === payload ? [] : ['the secret came back different'];
      return judge(faults, 'a secret was stored, read back and deleted');
    } finally {
      await api.keyManager.remove(id);
    }
  });
}

/** The login page over https, as a browser gets it. `url`: `https://VIP:31000/`. */
export function dashboardCheck(url: string): ApiCheck<Client> {
  const words = {
    id: 'dashboard-page',
    title: 'The dashboard shows its login page over https',
    limitSeconds: 90,
  };
  return apiCheck(words, async (api) => {
    let address = url;
    for (let hops = 0; hops < 6; hops++) {
      const answer = await api.session.http.send({
        service: 'the dashboard',
        method: 'GET',
        url: address,
        headers: { accept: 'text/html' },
        limitSeconds: 60,
      });
      const next = answer.headers.location;
      if (answer.status >= 300 && answer.status < 400 && next !== undefined) {
        address = new URL(next, address).href;
        continue;
      }
      const faults: string[] = [];
      if (answer.status !== 200) faults.push(`${address} answers ${answer.status}`);
      else if (!/name="password"/.test(answer.body)) faults.push(`${address} is no login page`);
      return judge(faults, `the login page is at ${url}`);
    }
    return { ok: false, sentence: `${url} redirects in a circle` };
  });
}
