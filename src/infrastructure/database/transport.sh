# Asks for the database over the network as its clients do, and prints what it answers over TLS and in clear text, and
# whether replication is encrypted. No password is needed: the account is locked, which a server says after the handshake.
: "${address?}" "${port?}" "${account?}" "${authority?}" "${certificate?}" "${key?}" "${replication?}"
ask() {
  timeout 10 mariadb --no-defaults --connect-timeout=5 --host="$address" --port="$port" --user="$account" "$@" \
    -e 'select 1' 2>&1 </dev/null | tr '\n' ' '
}
echo "encrypted=$(ask --ssl-ca="$authority" --ssl-verify-server-cert)"
echo "clear=$(ask --skip-ssl)"
if [ -n "$replication" ]; then
  verified=$(timeout 10 openssl s_client -connect "$address:$replication" -verify_ip "$address" -verify_return_error \
    -CAfile "$authority" -cert "$certificate" -key "$key" </dev/null 2>&1 | sed -n 's/^ *Verif[a-z]* return code: //p')
  echo "replication=${verified:-no handshake}"
fi
