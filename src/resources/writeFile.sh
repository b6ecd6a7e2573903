#!/bin/sh
# Function write_file PATH OWNER GROUP MODE: puts its standard input at PATH in one step. A reader, or a run that is
# killed, sees the old file or the new one and nothing else; nobody else can read the content at any moment.
# The file is made in a directory beside its place that only root can enter: in its place, its owner could replace it
# by a link before it gets its attributes, and so get any file of the host. After enterDirectory.sh.

write_file() {
  (
    name=${1##*/}
    enter_directory "${1%/*}" || exit 1
    umask 077
    # One fixed name: what a killed run left behind is used again.
    stage=.$name.cloudwright-new
    mkdir -- "./$stage" 2>/dev/null
    expected=${PWD%/}/$stage
    if ! cd -P -- "./$stage" || [ "$PWD" != "$expected" ] || ! [ -O . ]; then
      echo "$expected is in the way; look at who made it, and remove it" >&2
      exit 1
    fi
    chmod 0700 . || exit 1
    rm -f -- ./new || exit 1
    cat >./new || exit 1
    chown -h -- "$2:$3" ./new || exit 1
    chmod -- "$4" ./new || exit 1
    # To the directory that was entered, wherever its path leads by now.
    mv -fT -- ./new "../$name"
    status=$?
    rm -f -- ./new
    cd .. && rmdir -- "./$stage" || exit 1
    exit "$status"
  )
}
