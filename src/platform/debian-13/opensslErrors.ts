import type { StartupModule } from '../platform.ts';

const FOLDER = '/usr/local/lib/cloudwright/python';

/**
 * Python 3.13 leaves OpenSSL's error in the queue of the thread when a peer has closed a connection, and every other TLS
 * connection of that thread then fails with it while it waits for data (CPython issues 81891 and 148594; seen with Debian's
 * 3.13.5 and OpenSSL 3.5). Services with green threads have all their connections in one thread: a connection to the
 * broker that was idle too long broke the next query of the database. OpenSSL asks callers to empty the queue before each
 * operation; this does so. A Python that does it itself is not disturbed.
 */
export const opensslErrors: StartupModule = {
  path: `${FOLDER}/sitecustomize.py`,
  environment: `PYTHONPATH=${FOLDER}`,
  content: `"""Empties OpenSSL's error queue before each operation of a TLS connection (CPython issue 148594)."""

import ctypes
import functools
import ssl

import _ssl

# The library that the module itself is linked to.
clear_error = ctypes.PyDLL(_ssl.__file__).ERR_clear_error
clear_error.argtypes = []
clear_error.restype = None


def emptied(operation):
    @functools.wraps(operation)
    def after_clearing(*args, **kwargs):
        clear_error()
        return operation(*args, **kwargs)

    return after_clearing


for owner in ssl.SSLSocket, ssl.SSLObject:
    for name in "read", "write", "send", "do_handshake", "unwrap":
        if hasattr(owner, name):
            setattr(owner, name, emptied(getattr(owner, name)))
`,
};
