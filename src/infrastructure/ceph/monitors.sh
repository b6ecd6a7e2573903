# Asks the monitors as the administrator. Debian's `ceph` does the same, but fetches the list of all commands first: it
# takes three times as long, which counts in a run that changes nothing.

# Prints the answer to command $1 ("osd pool ls"), whose arguments are the other words: detail=detail.
monitors() {
  timeout 10 python3 -I -c '
import json, rados, sys
prefix, *words = sys.argv[1:]
command = {"prefix": prefix, **dict(word.split("=", 1) for word in words)}
with rados.Rados(name="client.admin", conffile="") as cluster:
    code, answer, error = cluster.mon_command(json.dumps(command), b"", timeout=8)
if code != 0:
    sys.exit(f"{prefix}: {error} ({code})")
sys.stdout.write(answer.decode())
' "$@"
}
