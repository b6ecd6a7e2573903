import { problem } from '../errors/problem.ts';
import { reveal, type Text } from '../secrets/confidential.ts';
import { ApiError, serviceMessage } from './errors.ts';
import type { HttpResponse } from './http.ts';
import { serviceFacts } from './services.ts';

interface Asked {
  readonly method?: string;
  readonly path: string;
}

/** The error for an answer whose status is not a success. */
export function statusError(
  service: string,
  request: Asked,
  response: HttpResponse,
  secrets: readonly Text[],
): ApiError {
  const { status } = response;
  const details = {
    ...named(service, request),
    status,
    message: serviceMessage(response.body, secrets.map(reveal)),
  };
  if (status >= 502 && status <= 504) return new ApiError(problem('API_UNAVAILABLE', { details }), status);
  if (status === 401 || status === 403) return new ApiError(problem('API_DENIED', { details }), status);
  return new ApiError(problem('API_ERROR', { details }), status);
}

export function unreadable(service: string, request: Asked, reason: string): ApiError {
  const details = { ...named(service, request), reason };
  return new ApiError(problem('API_ANSWER_UNREADABLE', { details }), 0);
}

/** The address of a list's next page: `<key>_links` of Nova, Neutron and Cinder, `next` of Glance, `links.next` of Keystone. */
export function nextPage(answer: Record<string, unknown>, key: string): string | undefined {
  const links = answer[`${key}_links`];
  if (Array.isArray(links)) {
    const next = links.find((link) => (link as { rel?: string }).rel === 'next') as
      | { href?: string }
      | undefined;
    return next?.href;
  }
  if (typeof answer.next === 'string') return answer.next;
  const { next } = (answer.links ?? {}) as { readonly next?: unknown };
  return typeof next === 'string' ? next : undefined;
}

function named(service: string, request: Asked) {
  return {
    service: serviceFacts(service).label,
    method: request.method ?? 'GET',
    path: request.path,
  };
}
