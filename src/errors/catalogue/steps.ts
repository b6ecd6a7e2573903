import { defineCatalogue } from './entry.ts';

/** What preflight finds on the real hosts and what the other steps can say. */
export const stepsErrors = defineCatalogue({
  PREFLIGHT_HOST_RENAMED: {
    what: '{host} is called {found}, and has been deployed under that name.',
    why: 'Ceph, RabbitMQ and Nova know the host by its name. Under another one they would start empty beside their data.',
    next: 'Call it {found} in the description, or install the host again.',
    exit: 1,
  },
  PREFLIGHT_RELEASE: {
    what: 'Host {host} runs {found}.',
    why: 'OpenStack {release} comes from the packages of Debian 13 (trixie).',
    next: 'Install Debian 13 on the host, or take it out of the description.',
    exit: 1,
  },
  PREFLIGHT_CPUS: {
    what: 'Host {host} has {found} CPUs; role {role} needs {needed}.',
    why: 'Below the minimum, services start but time out under the first load.',
    next: 'Give the host more CPUs, take the role off it, or lower `minimums.{role}.cpus` if this is a trial.',
    exit: 1,
  },
  PREFLIGHT_MEMORY: {
    what: 'Host {host} has {found} GiB of memory; role {role} needs {needed} GiB.',
    why: 'Below the minimum, the kernel ends services when memory runs out.',
    next: 'Give the host more memory, take the role off it, or lower `minimums.{role}.memory_gib` if this is a trial.',
    exit: 1,
  },
  PREFLIGHT_DISK: {
    what: 'Host {host} has a root file system of {found} GiB; role {role} needs {needed} GiB.',
    why: 'Databases, logs and images grow there; a full disk stops all of them.',
    next: 'Enlarge the root file system, or lower `minimums.{role}.disk_gib` if this is a trial.',
    exit: 1,
  },
  PREFLIGHT_INTERFACE_MISSING: {
    what: 'Host {host} has no interface {interface} for the {network} network.',
    why: 'The description names it; the host has: {found}.',
    next: 'Correct `networks.{network}.interface`, or name this host’s own under `hosts.{host}.interfaces`.',
    exit: 1,
  },
  PREFLIGHT_INTERFACE_DOWN: {
    what: 'Interface {interface} of host {host} ({network} network) is down.',
    why: 'Nothing can pass through it.',
    next: 'Plug it in or bring it up, then run this again.',
    exit: 1,
  },
  PREFLIGHT_ADDRESS_MISSING: {
    what: 'Host {host} does not have its {network} address {address}.',
    why: 'The description says so; the host has: {found}.',
    next: 'Correct the address in the description, or give it to interface {interface} of the host.',
    exit: 1,
  },
  PREFLIGHT_MTU: {
    what: 'Interface {interface} of host {host} carries {found} bytes; the {network} network is described with {needed}.',
    why: 'Larger packets would vanish on the way, which shows as connections that open and then hang.',
    next: 'Raise the interface’s MTU, or lower `networks.{network}.mtu`.',
    exit: 1,
  },
  PREFLIGHT_PROVIDER_ADDRESS: {
    what: 'The provider interface {interface} of host {host} has the address {address}.',
    why: 'It becomes a port of a bridge; an address there would be cut off.',
    next: 'Take the address off the interface, or use another interface for the provider network.',
    exit: 1,
  },
  PREFLIGHT_DEVICE_MISSING: {
    what: 'Host {host} has no block device {device}.',
    why: 'The description wants an OSD on it; the host has: {found}.',
    next: 'Correct `hosts.{host}.devices`.',
    exit: 1,
  },
  PREFLIGHT_DEVICE_IN_USE: {
    what: 'Block device {device} of host {host} is in use.',
    why: 'An OSD takes the whole device and destroys what is on it.',
    next: 'Name an empty device; or empty this one with `wipefs -a {device}` once you are sure nothing on it is needed.',
    exit: 1,
  },
  PREFLIGHT_DEVICE_SMALL: {
    what: 'Block device {device} of host {host} has {found} GiB; an OSD needs {needed} GiB.',
    why: 'A small OSD fills first and stops the whole pool.',
    next: 'Use a larger device, or lower `minimums.osd.device_gib` if this is a trial.',
    exit: 1,
  },
  PREFLIGHT_CLOCK: {
    what: 'The clock of host {host} differs from this machine’s by {found} s; {needed} s are tolerated.',
    why: 'Tokens, certificates and Ceph’s monitors rely on time.',
    next: 'Set the clock of one of the two (`timedatectl`, `chronyc makestep`), then run this again.',
    exit: 1,
  },
  PREFLIGHT_GATEWAY: {
    what: 'Host {host} has no default gateway.',
    why: 'Without one it reaches only its own networks; packages must then come from a mirror or proxy in one of them.',
    next: 'Nothing, if that is meant. Else add a default route.',
    exit: 1,
  },
  PREFLIGHT_VIRTUALIZATION: {
    what: 'Host {host} has no usable /dev/kvm.',
    why: 'The description asks for KVM (`compute.virtualization: kvm`).',
    next: 'Switch on VT-x or AMD-V (nested, in a virtual machine), or set `compute.virtualization: auto`.',
    exit: 1,
  },
});
