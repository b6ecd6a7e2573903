#!/bin/sh
# Writes or removes our package sources and proxy, and reads the package lists. The words are the host's own source
# files that are set aside while ours are there; they come back with the removal. After apt.sh and writeFile.sh.
: "${state_directory?}" "${sources_file?}" "${proxy_file?}"
: "${sources?}" "${proxy?}" "${proxy_mode?}"

disabled_list=$state_directory/apt-sources-disabled
rm -f "$state_directory/apt-lists-current" || exit 1

if [ -n "$sources" ]; then
  printf '%s' "$sources" | write_file "$sources_file" root root 0644 || exit 1
else
  rm -f "$sources_file" || exit 1
  if [ -e "$disabled_list" ]; then
    while IFS= read -r file; do
      # A file that somebody put there in the meantime stays.
      if [ -e "$file.disabled" ] && ! [ -e "$file" ]; then mv -- "$file.disabled" "$file" || exit 1; fi
    done <"$disabled_list"
    rm -f "$disabled_list" || exit 1
  fi
fi

if [ -n "$proxy" ]; then
  printf '%s' "$proxy" | write_file "$proxy_file" root root "$proxy_mode" || exit 1
else
  rm -f "$proxy_file" || exit 1
fi

for file in "$@"; do
  # Noted before it is done, so that a run that is killed in between loses nothing.
  grep -qsxF -- "$file" "$disabled_list" || printf '%s\n' "$file" >>"$disabled_list" || exit 1
  mv -f -- "$file" "$file.disabled" || exit 1
done
refresh
