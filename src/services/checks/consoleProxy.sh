# Asks Nova's own code, as the console proxy runs it and with its configuration, to enter three consoles: one with the
# certificate of this host at the address that it names, one with the same certificate at another address, and one with a
# certificate that the hypervisors' authority did not sign. Prints `CONSOLE: ANSWER` for each. $1: user of the proxy,
# $2: its configuration file.
console_proxy_verifies() (
  set -e
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 143' HUP INT TERM
  chown "$1" "$work"
  cd "$work"
  timeout 60 runuser -u "$1" -- python3 -c '
import os, socket, ssl, struct, subprocess, sys

def read(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise EOFError("closed")
        data += part
    return data

def console(sock, pair, authority):
    """What QEMU says from the choice of VeNCrypt on."""
    sock.settimeout(20)
    sock.sendall(b"\0\2")
    read(sock, 2)
    sock.sendall(b"\0" + struct.pack("!BI", 1, 260))
    read(sock, 4)
    sock.sendall(b"\1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority)
    context.load_cert_chain(*pair)
    context.wrap_socket(sock, server_side=True).sendall(b"\0\0\0\0")

def serve(address, pair, authority):
    """Lets one client in, in a process of its own; answers where."""
    listener = socket.create_server((address, 0))
    if os.fork() == 0:
        try:
            listener.settimeout(50)
            console(listener.accept()[0], pair, authority)
        except (OSError, EOFError):
            pass
        os._exit(0)
    return listener.getsockname()

# Before Nova replaces sockets by those of eventlet.
from oslo_config import cfg
early = cfg.ConfigOpts()
early.register_opts([cfg.StrOpt(name) for name in
    ("vencrypt_ca_certs", "vencrypt_client_cert", "vencrypt_client_key", "server_listen")], group="vnc")
early([], default_config_files=[sys.argv[1]], default_config_dirs=[])
authority = early.vnc.vencrypt_ca_certs
own = (early.vnc.vencrypt_client_cert, early.vnc.vencrypt_client_key)
address = early.vnc.server_listen
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
    "-subj", "/CN=stranger", "-addext", "subjectAltName=IP:" + address, "-keyout", "key.pem", "-out", "certificate.pem"],
    check=True, stderr=subprocess.DEVNULL)
stranger = ("certificate.pem", "key.pem")

consoles = [
    ("right", serve(address, own, authority)),
    ("wrong address", serve("127.0.0.1", own, authority)),
    ("wrong authority", serve(address, stranger, authority)),
]
import nova.cmd.novncproxy
from nova import exception
from nova.console.rfb import auths
nova.conf.CONF([], project="nova", default_config_files=[sys.argv[1]])
from eventlet.green import socket as green
for name, place in consoles:
    try:
        with green.create_connection(place, timeout=20) as sock:
            secure = auths.RFBAuthSchemeList().find_scheme([19]).security_handshake(sock)
            answer = "entered" if read(secure, 4) == b"\0\0\0\0" else "refused"
    except exception.RFBAuthHandshakeFailed as error:
        answer = "not trusted"
        print(error, file=sys.stderr)
    except (OSError, EOFError) as error:
        answer = "failed: %s" % error
    print("%s: %s" % (name, answer), flush=True)
' "$2"
)
