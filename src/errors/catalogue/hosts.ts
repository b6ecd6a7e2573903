import { defineCatalogue } from './entry.ts';

export const hostsErrors = defineCatalogue({
  HOST_UNREACHABLE: {
    what: 'Host {host} cannot be reached over ssh.',
    why: 'Every step works on all hosts of the description; one that does not answer would be left behind.',
    next: 'Check that it is up and that `ssh {host}` works from this machine, then run `cloudwright ping`.',
    exit: 1,
  },
  HOST_REFUSED: {
    what: 'Host {host} is there, but nothing accepts ssh connections on its port.',
    why: 'The machine refused the connection: sshd is not running, or it listens on another port.',
    next: 'Start sshd there, or give the right `port` under `ssh` in the description.',
    exit: 1,
  },
  HOST_NAME_UNKNOWN: {
    what: 'The name {address} of host {host} does not resolve.',
    why: 'ssh asked for the address of that name and got none.',
    next: 'Correct the ssh address of the host in the description, or add the name to /etc/hosts or your ssh_config.',
    exit: 1,
  },
  HOST_KEY_CHANGED: {
    what: 'Host {host} shows another ssh host key than the known one.',
    why: 'Either the machine was installed anew, or something stands between you and it. No command was sent.',
    next: 'If it was installed anew, remove the old key with `ssh-keygen -R {address}`, then run this again.',
    exit: 1,
  },
  HOST_KEY_UNKNOWN: {
    what: 'The ssh host key of {host} is not known, and your ssh configuration does not accept new ones.',
    why: '`StrictHostKeyChecking yes` asks for every key to be in known_hosts before the first connection.',
    next: 'Add the key with `ssh-keyscan`, after comparing its fingerprint on the host, then run this again.',
    exit: 1,
  },
  HOST_AUTH_FAILED: {
    what: 'Host {host} does not let user {user} in.',
    why: 'None of the offered keys was accepted, nor a password if the vault holds one.',
    next: 'Check `user` and `identityFile` under `ssh` in the description, your ssh agent, and the password in the vault.',
    exit: 1,
  },
  HOST_CLOSED: {
    what: 'Host {host} closed the connection before login.',
    why: 'sshd answered and hung up: too many connections at once, a host that is starting, or a block on this address.',
    next: 'Look into the log of sshd there (`journalctl -u ssh`), then run this again.',
    exit: 1,
  },
  HOST_LOST: {
    what: 'The connection to {host} was lost during: {doing}.',
    why: 'The host went down or the network to it was cut; what it was doing may be half done.',
    next: 'Once `cloudwright ping` reaches it again, run the same command: it goes on from what is there.',
    exit: 1,
  },
  HOST_TIMEOUT: {
    what: 'Host {host} did not finish within {seconds} s: {doing}.',
    why: 'Everything that is waited for has a limit, so that a run never hangs; the work was ended on the host.',
    next: 'Look at the load, disk and network of the host, then run the same command again.',
    exit: 1,
  },
  HOST_SUDO_REFUSED: {
    what: 'sudo on {host} does not accept the password of user {user}, or does not allow the user to become root.',
    why: 'Resources are read and changed as root.',
    next: 'Correct the sudo password in the vault (`cloudwright vault edit`), or the sudoers rule on the host.',
    exit: 1,
  },
  HOST_SUDO_PASSWORD_NEEDED: {
    what: 'sudo on {host} asks user {user} for a password, and the vault holds none.',
    why: 'Resources are read and changed as root.',
    next: 'Put the sudo password into the vault (`cloudwright vault edit`), or allow sudo without a password.',
    exit: 1,
  },
  HOST_NOT_ROOT: {
    what: 'User {user} on {host} is not root, and `sudo` is switched off in the description.',
    why: 'Resources are read and changed as root.',
    next: 'Log in as root or set `sudo: true` under `ssh` in the description.',
    exit: 1,
  },
  HOST_FORWARD_FAILED: {
    what: 'No way to {address}:{port} could be opened through {host}.',
    why: 'The OpenStack endpoints are reached through the ssh connection; sshd there may forbid forwarding.',
    next: 'Allow `AllowTcpForwarding` (local) in the sshd configuration of {host}.',
    exit: 1,
  },
  HOST_FACTS_UNREADABLE: {
    what: 'What was read off {host} makes no sense: {detail}.',
    why: 'Sizes, interfaces and devices are read with a POSIX shell, /proc and iproute2 before anything is planned.',
    next: 'Check that the host is a Debian system with `iproute2`, and send the evidence with a bug report.',
    exit: 1,
  },
  HOST_UNKNOWN: {
    what: 'The description has no host {host}.',
    why: 'Hosts are named as in the description.',
    next: 'Use one of: {known}.',
    exit: 2,
  },
  HOST_SSH_CONFIG_BAD: {
    what: 'The ssh configuration for {host} cannot be used.',
    why: 'ssh refuses configuration files that others can write, and options it does not know.',
    next: 'Mend the file that the evidence names, then run this again.',
    exit: 2,
  },
  HOST_SSH_MISSING: {
    what: 'The OpenSSH client is not installed on this machine.',
    why: 'Hosts are reached through `ssh`, so that your keys, agent and configuration apply.',
    next: 'Install it: `apt-get install openssh-client`.',
    exit: 1,
  },
});
