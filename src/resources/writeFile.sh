#!/bin/sh
# Function write_file PATH OWNER GROUP MODE: puts its standard input at PATH in one step. A reader, or a run that is
# killed, sees the old file or the new one and nothing else; nobody else can read the content at any moment.

write_file() {
  (
    umask 022
    mkdir -p -- "${1%/*}/" || exit 1
    umask 077
    # One fixed name: what a killed run left behind is overwritten by the next one.
    new=$1.cloudwright-new
    rm -f -- "$new" || exit 1
    # Never through a link that somebody put there since.
    set -C
    cat >"$new" || exit 1
    set +C
    chown -- "$2:$3" "$new" || exit 1
    chmod -- "$4" "$new" || exit 1
    mv -fT -- "$new" "$1" || exit 1
  )
}
