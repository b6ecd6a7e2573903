#!/bin/sh
# Takes the lock of a host for the shell that evaluates this: the lock is free again when that shell ends. Prints the
# cloud id of the host, or who holds the lock where it is taken: the process id of its shell, and the owner. It never
# exits, as that would end the shell.
: "${folder?}" "${owner?}" "${seconds?}" "${taken?}"

cw_lock() { flock -w "$seconds" -E "$taken" 8; }
# The lock of this very run, left by a connection that was lost and whose end the host has not noticed.
cw_lost() {
  read -r cw_shell cw_owner <"$folder/lock" && [ "$cw_owner" = "$owner" ] && kill -9 "$cw_shell"
}
# Nobody else may open the file: a lock can be held through any descriptor.
# shellcheck disable=SC3045 # `command` keeps a redirection that fails from ending the shell.
mkdir -p "$folder" && (umask 077 && : >>"$folder/lock") && command exec 8>>"$folder/lock" && {
  if cw_lock || { cw_status=$? && cw_lost && cw_lock; }; then
    printf '%s %s\n' "$$" "$owner" >"$folder/lock"
    head -c 100 /var/lib/cloudwright/cloud-id 2>/dev/null || :
  else
    exec 8>&-
    cat "$folder/lock"
    (exit "$cw_status")
  fi
}
