#!/bin/sh
# Lets each running instance read the certificate of its console again. An instance that was started without one has
# nothing to read: its console answers the proxy when the instance is started again.
: "${running?}"
# virDomainGraphicsReloadType: the command line knows no names.
vnc=1
failed=
for pid in "$running"/*.pid; do
  [ -e "$pid" ] || continue
  name=${pid##*/}
  name=${name%.pid}
  tr '\0' '\n' <"/proc/$(cat "$pid")/cmdline" 2>/dev/null | grep -q 'tls-creds=vnc-tls' || continue
  timeout 20 virsh -q -c qemu:///system domdisplay-reload "$name" --type "$vnc" && continue
  # It may have ended meanwhile. One that hangs must not keep the others from their new certificate.
  if [ -e "$pid" ]; then failed="$failed $name"; fi
done
[ -z "$failed" ] || {
  echo "these instances did not read their certificate:$failed" >&2
  exit 1
}
