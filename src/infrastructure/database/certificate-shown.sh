# Exits with 0 where the database shows its clients the certificate that is in the file.
: "${address?}" "${port?}" "${certificate?}"
# The first certificate of the input, in one line.
first() { sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p; /^-----END CERTIFICATE-----/q' "$@" | tr -d '\r\n'; }
expected=$(first "$certificate" 2>/dev/null)
[ -n "$expected" ] || exit 1
shown=$(timeout 10 openssl s_client -connect "$address:$port" -starttls mysql </dev/null 2>/dev/null | first)
[ "$shown" = "$expected" ]
