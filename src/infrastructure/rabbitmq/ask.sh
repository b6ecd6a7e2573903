# Asks this host's node of the message broker.
: "${user?}" "${data?}" "${authority?}" "${certificate?}" "${key?}" "${port?}"

# Evaluates the Erlang on standard input in the node and prints the answer: {ok, ...}. The nodes speak to one another
# over TLS only, which erl_call cannot: its connection is carried. That is quick; a node of its own would take three
# times as long and rabbitmqctl ten times. Exits with 3 where one side does not accept the certificate of the other.
ask_node() {
  timeout 20 runuser -u "$user" -- env "HOME=$data" python3 -I -S -c '
import select, socket, ssl, subprocess, sys
host, port, authority, certificate, key = sys.argv[1:]

def read(source, size):
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise OSError("the connection was refused; the cookie may be another one")
        data += part
    return data

def carry(node, client):
    # The five messages of the handshake have lengths of two bytes over TCP and of four bytes over TLS.
    lengths = {client: 2, node: 4}
    peers = {client: node, node: client}
    for source in client, node, node, client, node:
        message = read(source, int.from_bytes(read(source, lengths[source])))
        peers[source].sendall(len(message).to_bytes(lengths[peers[source]]) + message)
    while True:
        for source in select.select([node, client], [], [])[0]:
            # A record of TLS need not bring any data.
            source.settimeout(0)
            try:
                data = source.recv(65536)
            except ssl.SSLWantReadError:
                continue
            finally:
                source.settimeout(10)
            if not data:
                return
            peers[source].sendall(data)

try:
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(certificate, key)
except OSError as error:
    sys.exit("%s: %s" % (certificate, error))
try:
    node = context.wrap_socket(socket.create_connection((host, port), 10), server_hostname=host)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)
    own = "127.0.0.1:%d" % listener.getsockname()[1]
    with subprocess.Popen(["erl_call", "-r", "-address", own, "-e"]) as asking:
        with listener.accept()[0] as client:
            client.settimeout(10)
            carry(node, client)
    sys.exit(asking.returncode)
except OSError as error:
    print("%s:%s: %s" % (host, port, error), file=sys.stderr)
    # A node that is slow, or ends the connection for another reason, sends no alert.
    alert = "ALERT" in (getattr(error, "reason", None) or "")
    sys.exit(3 if alert or isinstance(error, ssl.SSLCertVerificationError) else 1)
' "$(hostname -s)" "$port" "$authority" "$certificate" "$key"
}
