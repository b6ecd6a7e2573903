#!/bin/sh
# Finds or stops what listens at the addresses named that haproxy needs. Before haproxy ended TLS on each host, the
# processes listened there themselves; their steps start them again, on loopback. Units that are not ours stay.
: "${act?}" "${keeper?}" "${others?}" "${configuration?}"

# Units of ours that listen at the addresses, haproxy's own left out.
holders() {
  ss -Hltnp | awk -v wanted=" $* " '{ if (index(wanted, " " $4 " ")) print }' | grep -o 'pid=[0-9]*' | sort -u |
    while IFS='=' read -r _ pid; do
      unit=$(sed -n 's,.*/\([^/]*\.service\).*,\1,p' "/proc/$pid/cgroup" | head -n 1)
      case " $keeper $others " in
        *" $unit "*) if [ "$unit" = "$keeper" ]; then continue; fi ;;
        *) if [ ! -e "/etc/systemd/system/$unit.d/cloudwright.conf" ]; then continue; fi ;;
      esac
      echo "$unit"
    done | sort -u
}

found=$(holders "$@")
if [ "$act" = compare ]; then
  [ -z "$found" ]
  exit
fi
# Nothing is stopped for a configuration that haproxy would not take.
haproxy -c -q -f "$configuration" || exit 1
for unit in $found; do systemctl stop -- "$unit" || exit 1; done
