# Prints one line for each broker: "ADDRESS VERSION" when TLS with it was agreed on and its certificate is valid for the
# address, as the services verify it, else "ADDRESS" and the reason.
: "${authority?}" "${port?}"
timeout 30 python3 -I -S -c '
import socket, ssl, sys
authority, port, *brokers = sys.argv[1:]
for broker in brokers:
    try:
        context = ssl.create_default_context(cafile=authority)
        with socket.create_connection((broker, port), 5) as wire:
            with context.wrap_socket(wire, server_hostname=broker) as session:
                print(broker, session.version())
    except OSError as error:
        print(broker, error)
' "$authority" "$port" "$@"
