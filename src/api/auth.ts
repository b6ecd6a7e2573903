import { problem } from '../errors/problem.ts';
import { Confidential, reveal, type Text } from '../secrets/confidential.ts';
import { ApiError, serviceMessage } from './errors.ts';
import type { Http } from './http.ts';
import { type ServiceFacts, serviceFacts } from './services.ts';

/** Who logs in, and to what. Without a project the token is for `scopeDomain`, or unscoped. */
export interface Account {
  /** Keystone's address with its version: `http://192.0.2.10:5000/v3`. */
  readonly authUrl: string;
  readonly username: string;
  readonly password: Text;
  /** Domain names; default: `Default`. */
  readonly userDomain?: string | undefined;
  readonly project?: string | undefined;
  readonly projectDomain?: string | undefined;
  readonly scopeDomain?: string | undefined;
}

export interface CatalogEntry {
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly {
    readonly interface: string;
    readonly region: string;
    readonly url: string;
  }[];
}

export interface Login {
  readonly token: Confidential;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
  readonly catalog: readonly CatalogEntry[];
}

interface TokenAnswer {
  readonly token: {
    readonly expires_at: string;
    readonly user: { readonly id: string };
    readonly project?: { readonly id: string };
    readonly roles?: readonly { readonly name: string }[];
    readonly catalog?: readonly CatalogEntry[];
  };
}

/** A token is renewed this long before its end, so that a long request does not outlive it; milliseconds. */
const EARLY = 120_000;

export function loginExpired(login: Login): boolean {
  return Date.now() + EARLY > login.expires;
}

/** Password authentication of the Identity API v3. */
export async function logIn(http: Http, account: Account): Promise<Login> {
  const path = '/auth/tokens';
  const scope = scopeOf(account);
  const body = {
    auth: {
      identity: {
        methods: ['password'],
        password: {
          user: {
            name: account.username,
            domain: { name: account.userDomain ?? 'Default' },
            password: reveal(account.password),
          },
        },
      },
      ...(scope && { scope }),
    },
  };
  const response = await http.send({
    service: serviceFacts('identity').label,
    method: 'POST',
    url: `${account.authUrl.replace(/\/+$/, '')}${path}`,
    headers: { 'content-type': 'application/json' },
    body: new Confidential(JSON.stringify(body)),
    limitSeconds: 60,
    secrets: [account.password],
  });
  const token = response.headers['x-subject-token'];
  if (response.status === 201 && token !== undefined) return readLogin(response.body, token);
  throw refused(account, path, response.status, response.body);
}

function scopeOf(account: Account): object | undefined {
  if (account.project !== undefined) {
    return { project: { name: account.project, domain: { name: account.projectDomain ?? 'Default' } } };
  }
  if (account.scopeDomain !== undefined) return { domain: { name: account.scopeDomain } };
  return undefined;
}

function readLogin(body: string, token: string): Login {
  let answer: TokenAnswer['token'] | undefined;
  try {
    answer = (JSON.parse(body) as TokenAnswer).token;
  } catch {
    answer = undefined;
  }
  const expires = Date.parse(answer?.expires_at ?? '');
  if (!answer?.user || Number.isNaN(expires)) {
    const details = {
      service: serviceFacts('identity').label,
      method: 'POST',
      path: '/auth/tokens',
      reason: 'It holds no token with a user and an end.',
    };
    throw new ApiError(problem('API_ANSWER_UNREADABLE', { details }), 0);
  }
  return {
    token: new Confidential(token),
    expires,
    userId: answer.user.id,
    projectId: answer.project?.id,
    roles: (answer.roles ?? []).map((role) => role.name),
    catalog: answer.catalog ?? [],
  };
}

function refused(account: Account, path: string, status: number, body: string): ApiError {
  const details = {
    service: serviceFacts('identity').label,
    method: 'POST',
    path,
    status,
    user: account.username,
    scope: account.project === undefined ? 'the cloud' : `project ${account.project}`,
    message: serviceMessage(body, [reveal(account.password)]),
  };
  if (status === 401) return new ApiError(problem('API_LOGIN_REFUSED', { details }), status);
  if (status >= 502 && status <= 504) return new ApiError(problem('API_UNAVAILABLE', { details }), status);
  return new ApiError(problem('API_ERROR', { details }), status);
}

/** The service's address in the catalog, with its version, without a slash at the end. */
export function findEndpoint(
  catalog: readonly CatalogEntry[],
  facts: Pick<ServiceFacts, 'types' | 'version'>,
  wanted: { readonly region: string; readonly interface: string },
): string | undefined {
  for (const type of facts.types) {
    for (const entry of catalog) {
      if (entry.type !== type) continue;
      const endpoint = entry.endpoints.find(
        (candidate) => candidate.region === wanted.region && candidate.interface === wanted.interface,
      );
      if (!endpoint) continue;
      const base = endpoint.url.replace(/\/+$/, '');
      const versioned = facts.version === undefined || /\/v\d+(\.\d+)?$/.test(base);
      return versioned ? base : `${base}/${facts.version}`;
    }
  }
  return undefined;
}
