#!/bin/sh
# Function enter_directory PATH: changes to a directory, which is made where it is missing. Someone who owns a folder
# on the way may replace what is in it by a link at any moment, so that root would write elsewhere. Therefore the path
# is walked part by part, and after each part the kernel says where the shell really is. A link is followed where only
# root (the user that runs this) could have made it, as /var/run. What is done in the directory afterwards has to use
# names in it (`./name`), and never the path again.

enter_directory() {
  left=$1/
  links=0
  cd / || return 1
  while [ -n "$left" ]; do
    part=${left%%/*}
    left=${left#*/}
    if [ -z "$part" ]; then continue; fi
    if [ -h "./$part" ]; then
      links=$((links + 1))
      case $(stat -c %u:%a .) in
        "$(id -u)":*[2367]? | "$(id -u)":*[2367]) safe= ;;
        "$(id -u)":*) safe=yes ;;
        *) safe= ;;
      esac
      if [ -z "$safe" ] || [ "$links" -gt 40 ]; then
        echo "${PWD%/}/$part is a link in a directory that others can change; it is not followed" >&2
        return 1
      fi
      target=$(readlink -- "./$part") || return 1
      case $target in /*) cd / || return 1 ;; esac
      left=$target/$left
      continue
    fi
    if ! [ -d "./$part" ]; then
      (umask 022 && mkdir -- "./$part") || [ -d "./$part" ] || return 1
    fi
    expected=${PWD%/}/$part
    cd -P -- "./$part" || return 1
    case $part in . | ..) continue ;; esac
    if [ "$PWD" != "$expected" ]; then
      echo "$expected was replaced by a link to $PWD while it was entered; nothing was written" >&2
      return 1
    fi
  done
}
