#!/bin/sh
# Sets a kernel setting now (not where `running` says that it is set) and at every start. After writeFile.sh.
: "${key?}" "${value?}" "${running?}" "${proc_path?}" "${drop_in?}" "${content?}"

# The running kernel first: a setting that it refuses must not be kept either.
if [ -z "$running" ]; then
  # A setting of a module that is not loaded yet would take effect once it is.
  if ! [ -e "$proc_path" ]; then
    echo "this kernel has no $key" >&2
    exit 1
  fi
  if ! { printf '%s\n' "$value" >"$proc_path"; } 2>/dev/null; then
    echo "$key cannot be set to $value here: the kernel refuses it, or it is read-only, as in a container; set it on the machine that runs the container" >&2
    exit 1
  fi
fi
printf '%s' "$content" | write_file "$drop_in" root root 0644
