import { expect, it } from 'vitest';
import { type OnNode, printed } from './node.ts';

/**
 * Two TLS connections in one thread. The peer of the first closes it, a write fails; then the second one is read, which
 * has no data yet. Prints the name of what each raised.
 */
const TWO_CONNECTIONS = `
import os, socket, ssl, threading

server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain("/etc/cloudwright/tls/balancer/both.pem")
client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE

def connection():
    listener = socket.create_server(("127.0.0.1", 0))
    accepted = []
    def accept():
        peer = server.wrap_socket(listener.accept()[0], server_side=True)
        peer.send(b"x")
        accepted.append(peer)
    thread = threading.Thread(target=accept)
    thread.start()
    made = client.wrap_socket(socket.create_connection(listener.getsockname()))
    made.recv(1)
    thread.join()
    return made, accepted[0]

def outcome(operation):
    try:
        operation()
        return "done"
    except OSError as error:
        return type(error).__name__

closed, its_peer = connection()
other, _ = connection()
other.setblocking(False)
socket.socket(fileno=os.dup(its_peer.fileno())).shutdown(socket.SHUT_RDWR)
writes = [outcome(lambda: closed.send(b"x" * 1000)) for _ in range(3)]
print(writes[-1], outcome(lambda: other.recv(1)))
`;

/** Sends 400 requests over one connection to each API and prints how many connections were closed without an answer. */
const MANY_REQUESTS = `
import http.client, ssl
context = ssl.create_default_context()
lost = 0
for port in 8774, 8776, 9696:
    connection = http.client.HTTPSConnection("192.168.21.100", port, context=context)
    for number in range(400):
        try:
            connection.request("DELETE" if number % 2 else "GET", "/v2.1/servers/nothing")
            connection.getresponse().read()
        except (http.client.HTTPException, OSError):
            lost += 1
            connection.close()
print(lost)
`;

/** What OpenStack's processes and the balancer in front of them do with connections that one side has closed. */
export function processConnections(on: OnNode): void {
  it.each(['nova-api', 'nova-conductor'])(
    'keeps the TLS connections of a process apart, in the environment of %s',
    async (unit) => {
      const script = `set -e
pid=$(systemctl show -P MainPID ${unit})
export "$(tr '\\0' '\\n' <"/proc/$pid/environ" | grep '^PYTHONPATH=')"
python3 - <<'PROGRAM'
${TWO_CONNECTIONS.trim()}
PROGRAM`;
      expect(await printed(on, script)).toBe('BrokenPipeError SSLWantReadError');
    },
  );

  it('answers every request of a client that keeps its connection', async () => {
    expect(await printed(on, `python3 - <<'PROGRAM'\n${MANY_REQUESTS.trim()}\nPROGRAM`)).toBe('0');
  });
}
