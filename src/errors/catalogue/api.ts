import { defineCatalogue } from './entry.ts';

/** What can go wrong between Cloudwright and the cloud's APIs. */
export const apiErrors = defineCatalogue({
  API_UNREACHABLE: {
    what: '{service} cannot be reached at {address} ({reason}).',
    why: 'The request was {method} {path}. No connection was made, or it was closed before an answer.',
    next: 'Check the service and haproxy on the control hosts with `cloudwright verify`.',
    exit: 1,
  },
  API_DIAL_FAILED: {
    what: 'No connection to {address} could be opened through the hosts.',
    why: 'This machine reaches the APIs over its ssh connections, and forwarding failed: {reason}',
    next: 'Check the hosts with `cloudwright ping`, then run this again.',
    exit: 1,
  },
  API_CERTIFICATE: {
    what: 'The certificate of {service} at {address} is not accepted ({reason}).',
    why: 'It must be signed by the authority of this deployment and contain the address in the request.',
    next: 'Run `cloudwright apply` to renew the certificates.',
    exit: 1,
  },
  API_TIMEOUT: {
    what: '{service} did not answer within {seconds} s.',
    why: 'The request was {method} {path} at {address}. The connection is open, but nothing came back.',
    next: 'Check the load of the control hosts and the log of the service.',
    exit: 1,
  },
  API_UNAVAILABLE: {
    what: '{service} is not available: it answered {status} to {method} {path}.',
    why: 'haproxy has no healthy server for it, or the service waits for another one. The answer was: {message}',
    next: 'Check the service on the control hosts with `cloudwright verify`, then read its log there.',
    exit: 1,
  },
  API_LOGIN_REFUSED: {
    what: 'The identity service refused the login of user {user} for {scope}.',
    why: 'The password in the vault differs from the one in the cloud, or the user has no role there. The answer was: {message}',
    next: 'Run `cloudwright apply --step identity`, which sets the passwords of the vault, then run this again.',
    exit: 1,
  },
  API_DENIED: {
    what: '{service} denied {method} {path} (status {status}).',
    why: 'The answer was: {message}',
    next: 'Check the roles of the user with `openstack role assignment list --names`.',
    exit: 1,
  },
  API_ERROR: {
    what: '{service} answered {status} to {method} {path}.',
    why: 'The answer was: {message}',
    next: 'Read the log of the service on the control hosts; it names the request.',
    exit: 1,
  },
  API_ANSWER_UNREADABLE: {
    what: '{service} gave an invalid answer to {method} {path}.',
    why: '{reason}',
    next: 'Check that the address in the catalog leads to this service: `openstack catalog list`.',
    exit: 1,
  },
  API_SERVICE_MISSING: {
    what: 'The catalog has no {interface} endpoint for {service} in region {region}.',
    why: 'Its types are {types}; the catalog has: {known}.',
    next: 'Run `cloudwright apply` for the step of that service.',
    exit: 1,
  },
  API_WAIT_LIMIT: {
    what: 'Timed out after {seconds} s waiting for {subject}.',
    why: 'Last seen: {seen}.',
    next: 'Check the services that take part with `cloudwright toolbox`, then run this again.',
    exit: 1,
  },
  API_NOT_FOUND: {
    what: 'There is no {kind} named {name}.',
    why: 'It is needed by {by}.',
    next: 'Run `cloudwright apply`, which creates what the description has; create anything else first.',
    exit: 1,
  },
  API_DUPLICATE: {
    what: 'There are {count} of {kind} {name}: {ids}.',
    why: 'Names are not unique in OpenStack, and nothing shows which of them is in use.',
    next: 'Delete or rename the one that is not in use with the `openstack` client, then run this again.',
    exit: 1,
  },
  API_IMMUTABLE: {
    what: '{what} cannot be changed in place: {difference}.',
    why: 'The API does not allow it after creation, and deleting the object could lose data that depends on it.',
    next: 'Delete it with the `openstack` client and run this again, or correct the description.',
    exit: 1,
  },
  API_IMAGE_REJECTED: {
    what: 'Image {name} is {status} after its upload.',
    why: 'The image service received all of the data but did not make the image usable.',
    next: 'Read the log of the image service and check the storage behind it.',
    exit: 1,
  },
});
