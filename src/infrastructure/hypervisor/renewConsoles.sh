#!/bin/sh
# Lets each running instance read the certificate of its console again. An instance that was started without one has
# nothing to read: its console answers the proxy when the instance is started again.
: "${running?}"
# virDomainGraphicsReloadType: the command line knows no names.
vnc=1
for pid in "$running"/*.pid; do
  [ -e "$pid" ] || continue
  name=${pid##*/}
  name=${name%.pid}
  tr '\0' '\n' <"/proc/$(cat "$pid")/cmdline" 2>/dev/null | grep -q 'tls-creds=vnc-tls' || continue
  virsh -q -c qemu:///system domdisplay-reload "$name" --type "$vnc" || {
    # It may have ended meanwhile.
    [ ! -e "$pid" ] || exit 1
  }
done
