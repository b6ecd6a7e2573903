#!/bin/sh
# Starts a paused domain without disks whose console is on the wire address, as Nova's instances have theirs, and asks that
# console: what it offers, and whom it lets in. Prints `offers TYPE…` and `with CERTIFICATE: ANSWER` for each attempt.
: "${address?}" "${folder?}" "${domain?}"
set -e
work=$(mktemp -d)
leave() {
  virsh -q -c qemu:///system destroy "$domain" >/dev/null 2>&1 || :
  rm -rf "$work"
}
trap leave EXIT
trap 'exit 143' HUP INT TERM
# What an interrupted check left behind.
virsh -q -c qemu:///system destroy "$domain" >/dev/null 2>&1 || :

cat >"$work/domain.xml" <<END
<domain type='qemu'>
  <name>$domain</name>
  <memory unit='MiB'>16</memory>
  <os><type>hvm</type></os>
  <on_crash>destroy</on_crash>
  <devices>
    <graphics type='vnc' autoport='yes'><listen type='address' address='$address'/></graphics>
    <video><model type='vga'/></video>
  </devices>
</domain>
END
virsh -q -c qemu:///system create --paused "$work/domain.xml" >/dev/null
display=$(virsh -q -c qemu:///system vncdisplay "$domain")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=stranger \
  -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null

timeout 30 python3 -I -c '
import socket, ssl, struct, sys

address, display, folder, stranger = sys.argv[1:]
OTHER_KEY = (stranger + "/certificate.pem", stranger + "/key.pem")
OWN_KEY = (folder + "/client-cert.pem", folder + "/client-key.pem")
VENCRYPT, X509_NONE = 19, 260

def read(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise EOFError("the connection was closed")
        data += part
    return data

def greet():
    sock = socket.create_connection((address, 5900 + int(display.rsplit(":", 1)[1])), timeout=10)
    sock.sendall(read(sock, 12))
    return sock, list(read(sock, read(sock, 1)[0]))

def enter(pair):
    sock, _ = greet()
    sock.sendall(bytes([VENCRYPT]))
    read(sock, 2)
    sock.sendall(bytes([0, 2]))
    if read(sock, 1) != b"\0":
        return "the version of VeNCrypt was refused"
    subtypes = struct.unpack("!%dI" % (count := read(sock, 1)[0]), read(sock, 4 * count))
    if X509_NONE not in subtypes:
        return "offers the subtypes %s" % (subtypes,)
    sock.sendall(struct.pack("!I", X509_NONE))
    if read(sock, 1) != b"\1":
        return "the subtype was refused"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder + "/ca-cert.pem")
    if pair:
        context.load_cert_chain(*pair)
    secure = context.wrap_socket(sock, server_hostname=address)
    result = struct.unpack("!I", read(secure, 4))[0]
    return "accepted" if result == 0 else "refused"

print("offers", *greet()[1])
for name, pair in (("own", OWN_KEY), ("foreign", OTHER_KEY), ("no", None)):
    try:
        answer = enter(pair)
    except ssl.SSLCertVerificationError as error:
        answer = "not verified: %s" % error.verify_message
    except (OSError, EOFError):
        answer = "refused"
    print("with %s certificate: %s" % (name, answer))
' "$address" "$display" "$folder" "$work"
