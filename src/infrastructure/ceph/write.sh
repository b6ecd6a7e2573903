# Writes an object to each pool named, reads it back and removes it.

timeout 30 python3 -I -c '
import rados, sys, time
probe = str(time.time_ns()).encode()
with rados.Rados(name="client.admin", conffile="") as cluster:
    for pool in sys.argv[1:]:
        # For the reader of the output when the time is up.
        print(f"writing to pool {pool}", file=sys.stderr, flush=True)
        with cluster.open_ioctx(pool) as objects:
            objects.write_full("cloudwright-probe", probe)
            if objects.read("cloudwright-probe") != probe:
                sys.exit(f"pool {pool} returned another content")
            objects.remove_object("cloudwright-probe")
' "$@"
