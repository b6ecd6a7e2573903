import { defineCatalogue } from './entry.ts';

/** What can go wrong between Cloudwright and the cloud's APIs, and in the acceptance test. */
export const checksErrors = defineCatalogue({
  API_UNREACHABLE: {
    what: '{service} cannot be reached at {address} ({reason}).',
    why: 'It was asked {method} {path}, and no connection came about or it was cut before an answer.',
    next: 'Look at the service and at haproxy on the control hosts: `cloudwright verify`.',
    exit: 1,
  },
  API_DIAL_FAILED: {
    what: 'No way to {address} could be opened through the hosts.',
    why: 'This machine reaches the APIs over its ssh connection, and opening the way failed: {reason}',
    next: 'Check the hosts with `cloudwright ping`, then run this again.',
    exit: 1,
  },
  API_CERTIFICATE: {
    what: 'The certificate of {service} at {address} is not accepted ({reason}).',
    why: 'It must be signed by the authority of this deployment and name the address that was asked.',
    next: 'Run `cloudwright apply` to renew the certificates.',
    exit: 1,
  },
  API_TIMEOUT: {
    what: '{service} gave no answer within {seconds} s.',
    why: 'It was asked {method} {path} at {address}; the connection stands but nothing came back.',
    next: 'Look at the load of the control hosts and at the log of the service.',
    exit: 1,
  },
  API_UNAVAILABLE: {
    what: '{service} is not available: it answered {status} to {method} {path}.',
    why: 'haproxy found no healthy server behind the address, or the service waits for another one. It said: {message}',
    next: 'Look at the service on the control hosts: `cloudwright verify`, then its log there.',
    exit: 1,
  },
  API_LOGIN_REFUSED: {
    what: 'The identity service does not let user {user} into {scope}.',
    why: 'The password in the vault is not the one that the cloud has, or the user has no role there. It said: {message}',
    next: 'Run `cloudwright apply --step identity`, which sets the passwords of the vault, then run this again.',
    exit: 1,
  },
  API_DENIED: {
    what: '{service} denied {method} {path} (status {status}).',
    why: 'It said: {message}',
    next: 'Check the roles of the user with `openstack role assignment list --names`.',
    exit: 1,
  },
  API_ERROR: {
    what: '{service} answered {status} to {method} {path}.',
    why: 'It said: {message}',
    next: 'Look at the log of the service on the control hosts; the request is named there.',
    exit: 1,
  },
  API_ANSWER_UNREADABLE: {
    what: '{service} gave an answer to {method} {path} that is not what its API promises.',
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
    what: 'Waited {seconds} s for {subject}, in vain.',
    why: 'Last seen: {seen}.',
    next: 'Look at the services that take part with `cloudwright toolbox`, then run this again.',
    exit: 1,
  },
  API_NOT_FOUND: {
    what: 'There is no {kind} named {name}.',
    why: 'It is needed by {by}.',
    next: 'Run `cloudwright apply`, which makes it.',
    exit: 1,
  },
  API_DUPLICATE: {
    what: 'There are {count} of {kind} {name}: {ids}.',
    why: 'Another tool left them, and which of them is in use cannot be told from here.',
    next: 'Delete the one that is not in use with the `openstack` client, then run this again.',
    exit: 1,
  },
  CHECK_INTERRUPTED: {
    what: 'Interrupted while waiting for {subject}.',
    why: 'A signal asked to stop.',
    next: 'Run this again; what was made so far is found and removed.',
    exit: 3,
  },
  CHECK_IMAGE_UNREADABLE: {
    what: 'The image file {file} cannot be read ({reason}).',
    why: 'The acceptance test uploads it and boots an instance from it.',
    next: 'Correct `test.image` in the description, or leave it out for the tiny guest.',
    exit: 2,
  },
  CHECK_IMAGE_FORMAT: {
    what: 'The image file {file} is neither raw nor qcow2.',
    why: 'It looks like {found}.',
    next: 'Give a raw or qcow2 disk, such as a CirrOS image; unpack it first if it is compressed.',
    exit: 2,
  },
  CHECK_PROVIDER_RANGE: {
    what: 'The address range {first} to {last} does not suit the provider network {cidr}.',
    why: '{reason}',
    next: 'Give `--provider-network CIDR --first ADDRESS --last ADDRESS` with addresses that nobody else uses.',
    exit: 2,
  },
  CHECK_PROVIDER_TAKEN: {
    what: 'The physical network {physical} already carries the network {network}, which has no subnet for {cidr}.',
    why: 'A physical network takes one flat network only, so the test would have to use it; its subnets are: {subnets}.',
    next: 'Give the range of that network with `--provider-network`, `--first` and `--last`, or delete the network.',
    exit: 1,
  },
  CHECK_INSTANCE_ERROR: {
    what: 'The instance {name} went to {status}.',
    why: 'The compute service said: {message}',
    next: 'Look at `cloudwright toolbox`, then at the logs of nova-scheduler and nova-compute.',
    exit: 1,
  },
  CHECK_VOLUME_ERROR: {
    what: 'The volume {name} went to {status}.',
    why: 'The volume service gave up while it was to become {wanted}.',
    next: 'Look at the log of cinder-volume and at the health of the storage behind it.',
    exit: 1,
  },
  CHECK_VANTAGE: {
    what: 'The place that the instance is to be reached from lacks {tool}.',
    why: 'The test pings the instance and logs in to it from there.',
    next: 'Install {tool} there, or choose another place with `test.vantage` in the description.',
    exit: 1,
  },
  CHECK_NO_ANSWER: {
    what: '{subject} does not answer to {method} at {address} within {seconds} s.',
    why: 'Last seen: {seen}.',
    next: 'Look at the console of the instance below, at the bridge of the provider network and at its cable or vlan.',
    exit: 1,
  },
  CHECK_GUEST: {
    what: 'In the instance {name}: {found}.',
    why: '{reason}',
    next: 'Look at the console of the instance and at the metadata agent on its compute host.',
    exit: 1,
  },
  CHECK_LEFT_BEHIND: {
    what: 'The clean-up could not remove {count} things: {things}.',
    why: '{reason}',
    next: 'Run the test again, which tries once more, or remove them with the `openstack` client.',
    exit: 1,
  },
});
