import type { Client } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { deleteOnce } from './named.ts';
import { differing, objectKind, objectResource } from './object.ts';
import { neededProject, type ProjectDirectory, projectId, readProjects } from './projects.ts';

interface QuotaKey {
  /** By name or id. */
  readonly project: string;
  /** Default: `Default`. */
  readonly projectDomain?: string;
}

/** Limits by the service's own names (`cores`, `gigabytes`, `floatingip`); -1: none. Only these are compared. */
type Limits = Readonly<Record<string, number>>;

export interface ProjectQuota extends QuotaKey {
  readonly compute?: Limits;
  readonly volume?: Limits;
  readonly network?: Limits;
}

const SERVICES = ['compute', 'volume', 'network'] as const;
type Service = (typeof SERVICES)[number];

type FoundQuota = Readonly<Record<Service, Limits>>;

interface Found {
  readonly project: string;
  readonly limits: FoundQuota;
  /** Services whose limits are not the defaults; read only where the defaults are to be restored. */
  readonly changed: readonly Service[];
}

interface Quotas extends ProjectDirectory {
  /** By project id. */
  readonly found: ReadonlyMap<string, Found>;
}

const PATHS = {
  compute: { path: '/os-quota-sets', key: 'quota_set', defaults: 'defaults' },
  volume: { path: '/os-quota-sets', key: 'quota_set', defaults: 'defaults' },
  network: { path: '/quotas', key: 'quota', defaults: 'default' },
} as const;

async function limitsOf(api: Client, service: Service, path: string): Promise<Limits> {
  const answer = await api.request<Record<string, Limits>>(service, 'GET', `${PATHS[service].path}/${path}`);
  return answer[PATHS[service].key] ?? {};
}

const none = Promise.resolve({});

/** The services that the catalog has and whose limits for the project are not the defaults. */
async function changedServices(api: Client, project: string): Promise<readonly Service[]> {
  const changed = await Promise.all(
    SERVICES.map(async (service) => {
      try {
        const [limits, defaults] = await Promise.all([
          limitsOf(api, service, project),
          limitsOf(api, service, `${project}/${PATHS[service].defaults}`),
        ]);
        // Beside the limits there is the project's id.
        const names = Object.keys(defaults).filter((name) => typeof defaults[name] === 'number');
        return names.some((name) => limits[name] !== defaults[name]) ? [service] : [];
      } catch (error) {
        if (error instanceof ApiError && error.code === 'API_SERVICE_MISSING') return [];
        throw error;
      }
    }),
  );
  return changed.flat();
}

/** The services keep quotas project by project; a service is asked only where an item has limits for it. */
async function readQuotas(api: Client, items: readonly QuotaKey[]): Promise<Quotas> {
  const projects = await readProjects(api, items);
  const found = await Promise.all(
    items.map(async (item) => {
      const id = projectId(projects, item);
      if (id === undefined) return [];
      const asked = (service: Service) => (service in item ? limitsOf(api, service, id) : none);
      const [compute = {}, volume = {}, network = {}] = await Promise.all(SERVICES.map(asked));
      const changed = 'absent' in item ? await changedServices(api, id) : [];
      return [[id, { project: id, limits: { compute, volume, network }, changed }] as const];
    }),
  );
  return { ...projects, found: new Map(found.flat()) };
}

const title = (key: QuotaKey) => `quota of project ${key.project}`;

function serviceDifferences(service: Service, desired: ProjectQuota, found: FoundQuota): readonly string[] {
  const pairs = Object.entries(desired[service] ?? {}).map(
    ([name, limit]) => [`${service} ${name}`, [found[service][name], limit]] as const,
  );
  return differing(Object.fromEntries(pairs));
}

async function settle(
  api: Client,
  desired: ProjectQuota,
  project: string,
  limits: FoundQuota,
): Promise<void> {
  for (const service of SERVICES) {
    if (serviceDifferences(service, desired, limits).length === 0) continue;
    const { path, key } = PATHS[service];
    await api.request(service, 'PUT', `${path}/${project}`, { [key]: desired[service] });
  }
}

/** A project always has quotas; removal restores the defaults. */
export const projectQuota = objectResource(
  objectKind<QuotaKey, ProjectQuota, Quotas, Found>({
    kind: 'project-quota',
    keys: ['project', 'projectDomain'],
    title,
    directory: readQuotas,
    find(directory, key) {
      const found = directory.found.get(projectId(directory, key) ?? '');
      return 'absent' in key && found?.changed.length === 0 ? undefined : found;
    },
    differences: (desired, found) =>
      SERVICES.flatMap((service) => serviceDifferences(service, desired, found.limits)),
    async create(api, desired, directory) {
      // Not found means that there is no such project.
      const project = neededProject(directory, desired, title(desired));
      await settle(api, desired, project, { compute: {}, volume: {}, network: {} });
    },
    update: (api, desired, found) => settle(api, desired, found.project, found.limits),
    async remove(api, found) {
      for (const service of found.changed)
        await deleteOnce(() => api.request(service, 'DELETE', `${PATHS[service].path}/${found.project}`));
    },
    outputs: () => ({}),
  }),
  (key) => key.project,
);
