#!/bin/sh
# A program of the test of shellProgram.
: "${name?}" "${secret?}"
: "${flag?}" "${off?}" "${count?}"
printf '%s\0' "$name" "$secret" "$flag" "$off" "$count" "$@"
[ "$count" = 0 ] || exit "$count"
