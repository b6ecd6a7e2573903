#!/bin/sh
# Tries to open TCP connections, and closes them at once. Each word is `SOURCE ADDRESS PORTS`; the source is an address of
# this machine, or `-`; the ports are numbers and ranges with commas between them. Prints, with the number of the word:
#   open NUMBER PORT             it takes connections
#   tried NUMBER COUNT SOURCE    how many ports were tried, and from which address
#   unreachable NUMBER REASON    there is no way to it
# What answers nothing within the limit is closed by a filter.
: "${at_once?}" "${limit_seconds?}"

command -v python3 >/dev/null || {
  echo 'python3 is not installed' >&2
  exit 1
}
python3 -I -S - "$at_once" "$limit_seconds" "$@" <<'PROGRAM' || exit 1
import collections, errno, os, resource, select, socket, struct, sys, time

at_once, limit = int(sys.argv[1]), float(sys.argv[2])
# Seconds for which the kernel remembers an attempt that nobody answered, and a bit.
ROOM = 150
try:
    hard = max(resource.getrlimit(resource.RLIMIT_NOFILE)[1], at_once + 64)
    resource.setrlimit(resource.RLIMIT_NOFILE, (at_once + 64, hard))
except (ValueError, OSError):
    at_once = min(at_once, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 64)


def ports_of(text):
    for word in text.split(","):
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


def number(name):
    try:
        with open("/proc/sys/net/netfilter/nf_conntrack_" + name) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


# Attempts fill the table of connections. What the host does has the other half.
def room():
    most, count = number("max"), number("count")
    return most is None or count is None or count < most // 2


class Target:
    def __init__(self, number, word):
        self.number = number
        self.source, self.address, ports = word.split(" ")
        self.ports = ports_of(ports)
        self.tried = 0
        self.reason = None


targets = [Target(*pair) for pair in enumerate(sys.argv[3:])]
queue = collections.deque(targets)
waiting = select.epoll()
pending = {}
order = collections.deque()


def settle(descriptor, failure):
    attempt, target, port = pending.pop(descriptor)
    if failure == 0:
        print("open", target.number, port)
    # A filter may answer that the host cannot be reached; these two come from this machine.
    elif failure in (errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        target.reason = target.reason or os.strerror(failure)
    attempt.close()


def begin(target, port):
    attempt = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    # An open connection ends with a reset, and leaves nothing behind.
    attempt.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # The port is chosen with the connection, so that none is kept from others (IP_BIND_ADDRESS_NO_PORT).
    attempt.setsockopt(socket.IPPROTO_IP, 24, 1)
    descriptor = attempt.fileno()
    pending[descriptor] = (attempt, target, port)
    target.tried += 1
    try:
        if target.source != "-":
            attempt.bind((target.source, 0))
        failure = attempt.connect_ex((target.address, port))
    except OSError as error:
        failure = error.errno
    if failure != errno.EINPROGRESS:
        settle(descriptor, failure)
        return
    waiting.register(descriptor, select.EPOLLOUT)
    order.append((time.monotonic() + limit, descriptor, attempt))


def own_address(target):
    if target.source != "-":
        return target.source
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
        try:
            attempt.connect((target.address, 9))
            return attempt.getsockname()[0]
        except OSError as error:
            target.reason = target.reason or os.strerror(error.errno)
            return "-"


full_since = None
while queue or pending:
    free = at_once - len(pending)
    if queue and free > 0 and not room():
        full_since = full_since or time.monotonic()
        if time.monotonic() - full_since > ROOM:
            sys.exit("the table of connections stays more than half full: nf_conntrack_max is too small")
        free = 0
    elif free > 0:
        full_since = None
    # A part at a time, so that the room is looked at again.
    for _ in range(min(free, 2048)):
        if not queue:
            break
        target = queue[0]
        queue.rotate(-1)
        port = next(target.ports, None)
        if port is None or target.reason is not None:
            queue.remove(target)
        else:
            begin(target, port)
    for descriptor, _ in waiting.poll(0.05 if free > 0 and queue else 0.2):
        attempt = pending[descriptor][0]
        waiting.unregister(descriptor)
        settle(descriptor, attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    now = time.monotonic()
    while order and (order[0][0] <= now or order[0][2].fileno() < 0):
        _, descriptor, attempt = order.popleft()
        if attempt.fileno() >= 0:
            waiting.unregister(descriptor)
            pending.pop(descriptor)
            attempt.close()

# A neighbour that is not there says nothing, as a filter does.
silent = set()
with open("/proc/net/arp") as table:
    for line in table.readlines()[1:]:
        words = line.split()
        if int(words[2], 16) & 2 == 0:
            silent.add(words[0])
for target in targets:
    source = own_address(target)
    reason = target.reason or ("no machine has the address" if target.address in silent else None)
    if reason is None:
        print("tried", target.number, target.tried, source)
    else:
        print("unreachable", target.number, reason)
PROGRAM
echo end
