import { defineCatalogue } from './entry.ts';

export const hostsErrors = defineCatalogue({
  HOST_UNREACHABLE: {
    what: 'Host {host} cannot be reached over ssh.',
    why: 'It did not answer. What needs this host cannot be done; everything else goes on.',
    next: 'Check that it is up and that `ssh {host}` works from this machine, then run `cloudwright ping`.',
    exit: 1,
  },
  HOST_REFUSED: {
    what: 'Host {host} refuses ssh connections.',
    why: 'The machine answers, but sshd is not running or listens on another port.',
    next: 'Start sshd on the host, or correct `port` under `ssh` in the description.',
    exit: 1,
  },
  HOST_NAME_UNKNOWN: {
    what: 'The name {address} of host {host} does not resolve.',
    why: 'ssh found no address for that name.',
    next: 'Correct the ssh address of the host in the description, or add the name to /etc/hosts or your ssh_config.',
    exit: 1,
  },
  HOST_KEY_CHANGED: {
    what: 'The ssh host key of {host} has changed.',
    why: 'Either the machine was reinstalled, or another machine answers in its place. No command was sent.',
    next: 'If it was reinstalled, remove the old key with `ssh-keygen -R {address}`, then run this again.',
    exit: 1,
  },
  HOST_KEY_UNKNOWN: {
    what: 'The ssh host key of {host} is not known, and new ones are not accepted.',
    why: 'With a password for ssh, or with `StrictHostKeyChecking yes` in your ssh configuration, every key has to be in known_hosts before the first connection: a machine in between would get the password.',
    next: 'Compare the fingerprint with the one on the host, add the key with `ssh-keyscan`, then run this again.',
    exit: 1,
  },
  HOST_AUTH_FAILED: {
    what: 'Host {host} refuses to log user {user} in.',
    why: 'None of the offered keys was accepted, nor the password of the vault if there is one.',
    next: 'Check `user` and `identityFile` under `ssh` in the description, your ssh agent, and the password in the vault.',
    exit: 1,
  },
  HOST_CLOSED: {
    what: 'Host {host} closed the connection before the login.',
    why: 'sshd answered and closed the connection: too many connections at once, a host that is still starting, or a ban on this address.',
    next: 'Read the log of sshd on the host (`journalctl -u ssh`), then run this again.',
    exit: 1,
  },
  HOST_LOST: {
    what: 'The connection to {host} was lost during: {doing}.',
    why: 'The host went down or the network failed; the work may be half done.',
    next: 'When `cloudwright ping` reaches the host again, run the same command to resume.',
    exit: 1,
  },
  HOST_TIMEOUT: {
    what: 'Host {host} did not finish within {seconds} s: {doing}.',
    why: 'All work has a time limit, so that a run never hangs. The work was stopped on the host.',
    next: 'Check the load, disk and network of the host, then run the same command again.',
    exit: 1,
  },
  HOST_SUDO_REFUSED: {
    what: 'sudo on {host} does not accept the password of user {user}, or does not allow the user to become root.',
    why: 'Resources are read and changed as root.',
    next: 'Correct the sudo password in the vault (`cloudwright vault edit`), or the sudoers rule on the host.',
    exit: 1,
  },
  HOST_SUDO_PASSWORD_NEEDED: {
    what: 'sudo on {host} asks user {user} for a password, and the vault has none.',
    why: 'Resources are read and changed as root.',
    next: 'Put the sudo password into the vault (`cloudwright vault edit`), or allow sudo without a password.',
    exit: 1,
  },
  HOST_NOT_ROOT: {
    what: 'User {user} on {host} is not root, and `sudo` is off in the description.',
    why: 'Resources are read and changed as root.',
    next: 'Log in as root or set `sudo: true` under `ssh` in the description.',
    exit: 1,
  },
  HOST_FORWARD_FAILED: {
    what: 'Host {host} does not forward connections to {address}:{port}.',
    why: 'The OpenStack endpoints are reached through the ssh connection; its sshd may forbid forwarding.',
    next: 'Set `AllowTcpForwarding local` in the sshd configuration of {host}.',
    exit: 1,
  },
  HOST_FACTS_UNREADABLE: {
    what: 'The facts of {host} could not be read: {detail}.',
    why: 'Sizes, interfaces and devices are read with a POSIX shell, /proc and iproute2 before anything is planned.',
    next: 'Check that the host is a Debian system with `iproute2`; otherwise report a bug with the evidence.',
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
    why: 'ssh refuses configuration files that other users can write, and unknown options.',
    next: 'Fix the file that the evidence names, then run this again.',
    exit: 2,
  },
  HOST_ASKPASS_FAILED: {
    what: 'The ssh password for {host} cannot be passed to ssh.',
    why: 'The password travels through a fifo in a private folder, so that it is never on a disk; the fifo could not be made.',
    next: 'Check that `mkfifo` (coreutils) works and that the temporary folder is not full, or log in with a key.',
    exit: 1,
  },
  HOST_SSH_MISSING: {
    what: 'The OpenSSH client is not installed on this machine.',
    why: 'Hosts are reached through `ssh`, so that your keys, agent and configuration apply.',
    next: 'Install it: `apt-get install openssh-client`.',
    exit: 1,
  },
});
