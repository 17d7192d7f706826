#include "tests/net/certs.h"

#include <assert.h>
#include <stdio.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/os/os.h"

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert(e);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

struct cert cert_make(const char *name, const char *alt_name, const struct cert *issuer, long from_s, long to_s) {
    static long serial = 1;
    struct cert c = {EVP_EC_gen("P-256"), X509_new()};
    assert(c.key && c.x509);
    X509_set_version(c.x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c.x509), serial++);
    X509_gmtime_adj(X509_getm_notBefore(c.x509), from_s);
    X509_gmtime_adj(X509_getm_notAfter(c.x509), to_s);
    X509_set_pubkey(c.x509, c.key);
    X509_NAME *subject = X509_get_subject_name(c.x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(c.x509, issuer ? X509_get_subject_name(issuer->x509) : subject);
    if (!issuer)
        add_extension(c.x509, c.x509, NID_basic_constraints, "critical,CA:TRUE");
    if (alt_name)
        add_extension(c.x509, issuer ? issuer->x509 : c.x509, NID_subject_alt_name, alt_name);
    int signed_ok = X509_sign(c.x509, issuer ? issuer->key : c.key, EVP_sha256());
    assert(signed_ok > 0);
    return c;
}

void cert_free(struct cert *c) {
    X509_free(c->x509);
    EVP_PKEY_free(c->key);
}

void cert_write(const struct cert *c, const char *path) {
    FILE *f = os_open_write(path, NULL);
    assert(f);
    PEM_write_X509(f, c->x509);
    fclose(f);
}
