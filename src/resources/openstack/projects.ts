import type { Client } from '../../api/client.ts';
import type { Domain, Project } from '../../api/identity.ts';
import { needed, oneNamed, referred } from './named.ts';

/** Where an object lives: a project by name or id; the administrator's own when it is left out. */
export interface InProject {
  readonly project?: string;
  /** The project's domain by name; default: `Default`. */
  readonly projectDomain?: string;
}

export interface ProjectDirectory {
  readonly domains: readonly Domain[];
  readonly projects: readonly Project[];
  /** The project of the login. */
  readonly own: string | undefined;
}

/** A domain by name or id; `Default` also by its fixed id, since it can be renamed. */
export function domainNamed(domains: readonly Domain[], name: string): Domain | undefined {
  const found = referred(domains, name, 'domain');
  return found ?? (name === 'Default' ? domains.find((domain) => domain.id === 'default') : undefined);
}

/** A project by id, or by name within a domain. */
export function findProject(
  directory: Pick<ProjectDirectory, 'domains' | 'projects'>,
  reference: string,
  domainName: string,
): Project | undefined {
  const byId = directory.projects.find((project) => project.id === reference);
  if (byId) return byId;
  const domain = domainNamed(directory.domains, domainName);
  if (!domain) return undefined;
  const own = directory.projects.filter((project) => project.domain_id === domain.id);
  return oneNamed(own, reference, 'project');
}

/** Reads domains and projects only where an item names a project. */
export async function readProjects(api: Client, items: readonly InProject[]): Promise<ProjectDirectory> {
  const named = items.some((item) => item.project !== undefined);
  const [domains, projects, login] = await Promise.all([
    named ? api.identity.domains() : [],
    named ? api.identity.projects() : [],
    api.session.login(),
  ]);
  return { domains, projects, own: login.projectId };
}

/** The id of the project that a key means; undefined when it does not exist yet. */
export function projectId(directory: ProjectDirectory, key: InProject): string | undefined {
  if (key.project === undefined) return directory.own;
  return findProject(directory, key.project, key.projectDomain ?? 'Default')?.id;
}

/** @throws CloudwrightError API_NOT_FOUND */
export function neededProject(directory: ProjectDirectory, key: InProject, by: string): string {
  return needed(projectId(directory, key), 'project', key.project ?? 'of the login', by);
}
