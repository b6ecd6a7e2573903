#!/bin/sh
# Prints where the installed packages come from, by the lists that the host has; nothing is fetched. One line each:
#   lists SECONDS               when the lists were last read; 0 where there are none
#   security                    a list of security updates is there
#   packages COUNT              how many are installed
#   update NAME VERSION NEW     the security updates have a newer version
#   superseded NAME VERSION     the sources have other versions alone
#   foreign NAME VERSION        no source has the package
#   unsigned WHAT               taken without a signature
export LC_ALL=C
lists=/var/lib/apt/lists

if ls "$lists"/*Packages* >/dev/null 2>&1; then
  echo "lists $(stat -c %Y "$lists" "$lists/partial" 2>/dev/null | sort -n | tail -n 1)"
else
  echo 'lists 0'
fi
if ls "$lists"/*-security_*Release >/dev/null 2>&1; then echo security; fi

# shellcheck disable=SC2016 # dpkg-query fills these placeholders.
dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' | sed -n 's/^installed //p' | xargs apt-cache policy | awk '
  function flush() {
    if (name == "" || installed == "" || installed == "(none)") return
    count++
    if (update != "") print "update", name, installed, update
    if (!offered) print (known ? "superseded" : "foreign"), name, installed
  }
  /^[^ ]/ {
    flush()
    name = $1; sub(/:$/, "", name)
    installed = update = version = ""; seen = current = offered = known = 0
  }
  /^  Installed: / { installed = $2 }
  /^ \*\*\* / { version = $2; seen = current = 1 }
  /^     [^ ]/ { version = $1; current = 0 }
  # Newer versions come before the installed one.
  /^       / && $2 !~ /\/dpkg\/status$/ {
    known = 1
    if (current) offered = 1
    if (!seen && update == "" && $3 ~ /-security\//) update = version
  }
  END { flush(); print "packages", count + 0 }
'

grep -lisE '^[^#]*(\[[^]]*(trusted|allow-insecure)=yes|^(trusted|allow-insecure): *yes)' \
  /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources | sed 's/^/unsigned /'
apt-config dump | grep -iE '^(APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories|Acquire::AllowDowngradeToInsecureRepositories) "(1|true|yes|on)"' |
  sed 's/^/unsigned /'
for release in "$lists"/*_Release; do
  if [ -e "$release" ] && ! [ -e "$release.gpg" ]; then echo "unsigned $release"; fi
done
echo end
