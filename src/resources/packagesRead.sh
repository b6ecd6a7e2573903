#!/bin/sh
# Prints status and version of the packages, and whether a transaction was interrupted. After packageTransaction.sh.

# shellcheck disable=SC2016 # dpkg-query fills these placeholders.
dpkg-query -W -f '${Package} ${db:Status-Status} ${db:Status-Eflag} ${Version}\n' -- "$@" 2>/dev/null
if marked && ! [ -e "/proc/$(mark_pid)" ]; then echo INTERRUPTED; fi
:
