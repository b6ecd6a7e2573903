import { expect, it } from 'vitest';
import { type OnNode, printed } from './node.ts';

/**
 * Two TLS connections in one thread. The peer of the first closes it, a write fails; then the second one is read, which
 * has no data yet. Prints the name of what each raised.
 */
const PROGRAM = `
import os, socket, ssl, threading

server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain("/etc/cloudwright/tls/balancer/certificate.pem", "/etc/cloudwright/tls/balancer/key.pem")
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

/** A connection that its peer has closed breaks no other connection of the same process. */
export function startupModule(on: OnNode): void {
  it.each(['nova-api', 'nova-conductor'])(
    'keeps the TLS connections of a process apart, in the environment of %s',
    async (unit) => {
      const script = `set -e
pid=$(systemctl show -P MainPID ${unit})
export "$(tr '\\0' '\\n' <"/proc/$pid/environ" | grep '^PYTHONPATH=')"
python3 - <<'PROGRAM'
${PROGRAM.trim()}
PROGRAM`;
      expect(await printed(on, script)).toBe('BrokenPipeError SSLWantReadError');
    },
  );
}
