/* Certificates made in the test, so that none lies in the repo and none expires. */
#ifndef TESTS_NET_CERTS_H
#define TESTS_NET_CERTS_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct cert {
    EVP_PKEY *key;
    X509 *x509;
};
/* issuer NULL: signs itself, and may sign others. Valid from `from_s` to `to_s` seconds from now. */
struct cert cert_make(const char *name, const char *alt_name, const struct cert *issuer, long from_s, long to_s);
void cert_free(struct cert *c);
/* Writes the certificate alone as PEM. */
void cert_write(const struct cert *c, const char *path);

#endif
