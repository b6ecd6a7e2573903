#!/bin/sh
# The mark of a package transaction, which is also what keeps services from starting during one: invoke-rc.d asks
# policy-rc.d. Services would start with the distribution's settings, take ports and fill databases.
# The mark names its process and the boot of the machine, so that a later run can tell a transaction that is running
# from one that was interrupted, and a killed one from a power cut.

policy=/usr/sbin/policy-rc.d
policy_of_others=$policy.before-cloudwright
mark='# cloudwright: no service starts within a package transaction; pid '

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null; }

marked() { [ -e "$policy" ] && grep -qs "^${mark}" "$policy"; }

mark_pid() { sed -n "s/^${mark}\([0-9]*\).*/\1/p" "$policy"; }

# Whether the machine was started after the marked transaction began.
mark_is_of_earlier_boot() {
  marked_boot=$(sed -n "s/^${mark}[0-9]* boot \(.*\)/\1/p" "$policy")
  [ -n "$marked_boot" ] && [ "$marked_boot" != "$(boot_id)" ]
}

set_mark() {
  if [ -e "$policy" ]; then mv -f "$policy" "$policy_of_others" || return 1; fi
  printf '#!/bin/sh\n%s%s boot %s\nexit 101\n' "$mark" $$ "$(boot_id)" >"$policy.new" || return 1
  # On disk before the transaction begins, so that a power cut leaves it behind.
  chmod 755 "$policy.new" && sync "$policy.new" && mv -f "$policy.new" "$policy" && sync "$policy"
}

remove_mark() {
  if marked; then rm -f "$policy"; fi
  if [ -e "$policy_of_others" ]; then mv -f "$policy_of_others" "$policy"; fi
}
