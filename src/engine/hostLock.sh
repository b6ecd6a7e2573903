#!/bin/sh
# Takes the lock of a host for the shell that evaluates this: the lock is free again when that shell ends. Prints who
# holds it where it is taken. It never exits, as that would end the shell.
: "${folder?}" "${owner?}" "${seconds?}" "${taken?}"

# shellcheck disable=SC3045 # `command` keeps a redirection that fails from ending the shell.
mkdir -p "$folder" && command exec 8>>"$folder/lock" && {
  if flock -w "$seconds" -E "$taken" 8; then
    printf '%s\n' "$owner" >"$folder/lock"
  else
    cw_status=$?
    exec 8>&-
    cat "$folder/lock"
    (exit "$cw_status")
  fi
}
