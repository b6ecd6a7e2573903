import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { rehearsal } from '../../resources/sh.ts';
import { allResources, threeControls } from '../../steps/clouds.ts';

/** A host whose `ceph auth` knows the entities in the file `known`, and what a daemon's key is made by there. */
export function keyHost(place: string, name: string, keyring: string) {
  const made = allResources(threeControls()).find(({ id }) => id === `storage1/command:${name}`);
  if (!made) throw new Error(`no command ${name}`);
  const at = (path: string) => join(place, path);
  mkdirSync(at(keyring.slice(0, keyring.lastIndexOf('/'))), { recursive: true });
  const fake = rehearsal(place, {
    ceph: `[ "$1 $2 $3 $4 $5" = '--connect-timeout 30 --name client.admin --keyring' ] || unexpected "$@"
grep -q 'hidden-ceph_admin_key-' "$6" && [ "$(stat -c %a "$6")" = 600 ] || unexpected "$@"
shift 6
case "$1 $2" in
'auth get-or-create') [ ! -e '${at('known')}' ] || { echo 'Error EINVAL: exists but cap osd does not match' >&2; exit 22; } ;;
'auth caps') exit ;;
'auth get') ;;
*) unexpected "$@" ;;
esac
printf '[%s]\\n\\tkey = AQkey==\\n' "$3"`,
    // It tells what is run, in folders of the daemons' user, and how the file was made.
    setpriv: `[ "$1 $2 $3 $4" = '--reuid=ceph --regid=ceph --init-groups --' ] || unexpected "$@"
shift 4
"$@" || exit
for path; do :; done
stat -c %a "$path"`,
  });
  const { script, unless } = made.desired as CommandDesired;
  return {
    at,
    calls: () => fake.calls().map((call) => call.replace(/\/\S*admin.keyring/, 'KEY')),
    give: () => fake.run(script),
    given: () => fake.run(unless).code === 0,
  };
}
