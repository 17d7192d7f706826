#!/bin/sh
# certs.sh FOLDER: a throwaway CA (ca.pem) and a certificate it signed for localhost and 127.0.0.1 (server.pem, server.key).
# Also a second CA that signed nothing (other-ca.pem), and an expired (expired.pem) and a wrong-name certificate (wrong.pem) of the
# first CA with the same key, for tests of refusals.
set -eu
dir=$1
mkdir -p "$dir"
[ -s "$dir/server.pem" ] && exit 0
umask 077
new_ca() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$dir/$1.key" -out "$dir/$1.pem" -days 2 \
        -subj "/CN=Test CA $1" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}
sign() {
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n' "$2" >"$dir/ext"
    openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days "$3" \
        -extfile "$dir/ext" -out "$dir/$1.pem.new" 2>/dev/null
    mv "$dir/$1.pem.new" "$dir/$1.pem"
}
new_ca ca
new_ca other-ca
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$dir/server.key" -out "$dir/server.csr" \
    -subj "/CN=localhost" 2>/dev/null
sign expired DNS:localhost,IP:127.0.0.1 -1 || true
sign wrong DNS:shop.example.test 2
sign server DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1 2
rm -f "$dir/ext" "$dir/server.csr"
