#!/bin/sh
# Prints attributes and digests of the files given as words, and the beginning of those whose digest is not wanted.
#   wanted  lines of sha256sum
: "${wanted?}" "${shown_bytes?}"

stat -c 'S %F|%U|%G|%a|%n' -- "$@" 2>/dev/null
# sha256sum marks a line whose name it had to escape with a backslash; such names simply do not match.
sha256sum -- "$@" 2>/dev/null | while IFS= read -r line; do
  printf 'H %s\n' "$line"
  case "
$wanted
" in
    *"
$line
"*) ;;
    *)
      printf 'C '
      head -c "$shown_bytes" -- "${line#*  }" | base64 -w 0
      echo
      ;;
  esac
done
