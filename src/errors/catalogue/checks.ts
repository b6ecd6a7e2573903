import { defineCatalogue } from './entry.ts';

/** What can go wrong in the acceptance test. */
export const checksErrors = defineCatalogue({
  CHECK_UNEXPECTED: {
    what: 'The check {name} failed unexpectedly: {message}',
    why: 'This is a bug in Cloudwright, not an error of the cloud.',
    next: 'Report it with the command that you ran and this text.',
    exit: 1,
  },
  CHECK_INTERRUPTED: {
    what: 'Interrupted while waiting for {subject}.',
    why: 'Ctrl-C was pressed, or a signal stopped the test.',
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
  CHECK_PROVIDER_NOT_EXTERNAL: {
    what: 'The network {network} is not external, so routers cannot use it as their external gateway.',
    why: 'It was there before the test, which does not change what it did not make.',
    next: 'Make it external with `openstack network set --external {network}`, or delete it.',
    exit: 1,
  },
  CHECK_IMAGE_STATUS: {
    what: 'The image {name} is {status} after its upload.',
    why: 'The upload was complete, but the image service did not activate the image.',
    next: 'Look at the log of glance-api and at the health of the storage behind it.',
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
    why: 'The volume service failed while the status was changing to {wanted}.',
    next: 'Look at the log of cinder-volume and at the health of the storage behind it.',
    exit: 1,
  },
  CHECK_TEST_CLIENT: {
    what: 'The machine from which the acceptance test reaches its instances lacks {tool}.',
    why: 'The test pings the instances and logs in to them from there.',
    next: 'Install {tool} there, or choose another machine with `test.vantage` in the description.',
    exit: 1,
  },
  CHECK_NO_ANSWER: {
    what: '{subject} does not answer to {method} at {address} within {seconds} s.',
    why: 'Last seen: {seen}.',
    next: 'Look at the console of the instance below, at the bridge of the provider network, and at its cable or VLAN.',
    exit: 1,
  },
  CHECK_CONSOLE: {
    what: 'The console of {name} cannot be opened at {address}: {reason}.',
    why: 'The browser reaches it through the load balancer and a console proxy, which accepts only a certificate of the compute host.',
    next: 'Run `cloudwright verify compute hypervisor`, and look at the log of the console proxies on the control hosts. The console of an instance that was started before consoles were encrypted answers after a hard reboot.',
    exit: 1,
  },
  CHECK_GUEST: {
    what: 'In the instance {name}: {found}.',
    why: '{reason}',
    next: 'Look at the console of the instance and at the metadata agent on its compute host.',
    exit: 1,
  },
  CHECK_LEFT_BEHIND: {
    what: 'The clean-up could not delete {count} objects: {things}.',
    why: '{reason}',
    next: 'Run the test again, which tries to delete them, or delete them with the `openstack` client.',
    exit: 1,
  },
});
