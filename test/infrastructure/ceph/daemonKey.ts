import type { CommandDesired } from '../../../src/resources/command.ts';
import { text } from '../../../src/secrets/confidential.ts';
import { rehearsal } from '../../resources/sh.ts';
import { allResources, threeControls } from '../../steps/clouds.ts';

/**
 * Runs the command that gives a daemon of storage1 its key, on a fake host in `place`. Answers the mode that the file
 * had when it was made, and the one that it has in the end.
 */
export function keyModes(place: string, name: string, keyring: string): readonly string[] {
  const made = allResources(threeControls()).find(({ id }) => id === `storage1/command:${name}`);
  if (!made) throw new Error(`no command ${name}`);
  const fake = rehearsal(place, {
    install: '[ "$1 $2 $3 $4 $5" = "-d -o ceph -g ceph" ] || unexpected "$@"\nmkdir -p "$6"',
    ceph: 'while [ "$1" != -o ]; do shift; done\necho AQkey== >"$2"',
    chown: '[ "$1" = ceph: ] || unexpected "$@"\nstat -c %a "$2"',
  });
  const { script } = made.desired as CommandDesired;
  const { code, stdout, stderr } = fake.run(text`umask 022\n${script}\nstat -c %a ${keyring}`);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim().split('\n');
}
