import type { ReplacedFile } from '../platform.ts';

const FOLDER = '/usr/lib/python3/dist-packages/nova/console/rfb';

/**
 * Nova 31 encrypts consoles with `ssl.wrap_socket`, which Python 3.12 removed. What eventlet offers in its place ignores
 * `cert_reqs`: any certificate would be taken for the compute host's. The package's module is kept and used under
 * another name, with a `wrap_socket` that verifies the authority and the address that the proxy has connected to. A
 * package that no longer calls `wrap_socket` is left alone by this.
 */
export const verifiedConsoles: ReplacedFile = {
  path: `${FOLDER}/authvencrypt.py`,
  original: `${FOLDER}/authvencrypt_packaged.py`,
  content: `"""VeNCrypt of the package, over TLS that verifies the compute host."""

import ssl

from nova.console.rfb import authvencrypt_packaged as packaged
from nova.console.rfb.authvencrypt_packaged import *  # noqa


class VerifyingTls(object):
    """Stands for the module ssl in the package's module."""

    def __getattr__(self, name):
        return getattr(ssl, name)

    @staticmethod
    def wrap_socket(sock, keyfile=None, certfile=None, ca_certs=None, **_ignored):
        # Both the certificate and the name are required with this protocol.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(ca_certs)
        context.load_cert_chain(certfile, keyfile)
        return context.wrap_socket(sock, server_hostname=sock.getpeername()[0])


packaged.ssl = VerifyingTls()
`,
};
