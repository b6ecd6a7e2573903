# Exits with 0 where the database shows its clients the certificate that is in the file.
: "${address?}" "${port?}" "${certificate?}"
fingerprint() { openssl x509 -noout -fingerprint -sha256 "$@" 2>/dev/null; }
expected=$(fingerprint -in "$certificate") || exit 1
shown=$(timeout 10 openssl s_client -connect "$address:$port" -starttls mysql </dev/null 2>/dev/null | fingerprint)
[ "$shown" = "$expected" ]
