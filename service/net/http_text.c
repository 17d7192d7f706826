#include "service/net/http_text.h"

#include <string.h>

#include "common/base/str.h"
#include "service/net/redact.h"

#define CLEAN_MAX 300

const char *http_fault_name(enum http_fault fault) {
    static const char *const names[] = {"none", "blocked", "stopped", "url",     "dns",     "connect",
                                        "tls",  "timeout", "cut",     "too_big", "garbage", "other"};
    return (size_t)fault < sizeof names / sizeof names[0] ? names[fault] : "other";
}

/* "shop.example.com" or "shop.example.com:8443"; never user and password. */
static void host_of(char *out, size_t size, const char *url) {
    const char *start = strstr(url, "://");
    start = start ? start + 3 : url;
    size_t len = strcspn(start, "/?#");
    for (size_t i = len; i > 0; i--) {
        if (start[i - 1] == '@') {
            start += i;
            len -= i;
            break;
        }
    }
    str_fmt(out, size, "%.*s", (int)(len < 200 ? len : 200), start);
}

/* The library names what it could not accept about a certificate in its own words; these are ours. */
static const char *certificate_words(const char *detail) {
    static const struct {
        const char *part, *words;
    } known[] = {
        {"has expired", "its certificate has expired"},
        {"not yet valid", "its certificate is not valid yet; check this computer's date"},
        {"does not match", "its certificate belongs to another name"},
        {"no alternative certificate subject", "its certificate belongs to another name"},
        {"self-signed", "its certificate is signed by itself or by an authority that is not trusted here"},
        {"self signed", "its certificate is signed by itself or by an authority that is not trusted here"},
        {"local issuer", "its certificate is signed by an authority that is not trusted here"},
        /* Schannel's words. Its host check knows names only: an address made of numbers never matches. */
        {"UNTRUSTED_ROOT", "its certificate is signed by an authority that is not trusted here"},
        {"PARTIAL_CHAIN", "its certificate is signed by an authority that is not trusted here"},
        {"NOT_TIME_VALID", "its certificate has expired or is not valid yet; check this computer's date"},
        {"failed to match connection hostname", "its certificate belongs to another name"},
        {"unsupported protocol", "it only offers encryption older than TLS 1.2"},
        {"protocol version", "it only offers encryption older than TLS 1.2"},
        {"wrong version number", "it does not speak encrypted HTTP on that port"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strstr(detail, known[i].part))
            return known[i].words;
    }
    return "a secure connection could not be made";
}

void http_fault_text(char *out, size_t size, enum http_fault fault, const char *url, const char *detail,
                     long retry_after_s) {
    char host[256];
    char clean[CLEAN_MAX];
    host_of(host, sizeof host, url);
    redact(clean, sizeof clean, detail);
    switch (fault) {
    case HTTP_FAULT_NONE: str_copy(out, size, ""); break;
    case HTTP_FAULT_BLOCKED:
        str_fmt(out, size, "The shop %s asked for a pause; nothing is sent to it for another %ld seconds.", host,
                retry_after_s);
        break;
    case HTTP_FAULT_STOPPED:
        str_fmt(out, size, "The request to %s was broken off because the run was stopped.", host);
        break;
    case HTTP_FAULT_URL:
        str_fmt(out, size,
                "The shop's address is not a valid http or https address. Correct it in the link's settings.");
        break;
    case HTTP_FAULT_DNS:
        str_fmt(out, size,
                "The name of the shop's server, %s, could not be found. Check the address and this computer's network.",
                host);
        break;
    case HTTP_FAULT_CONNECT: str_fmt(out, size, "No connection to the shop's server %s (%s).", host, clean); break;
    case HTTP_FAULT_TLS:
        str_fmt(out, size, "The shop's server %s was not trusted: %s. Nothing was sent to it (%s).", host,
                certificate_words(detail), clean);
        break;
    case HTTP_FAULT_TIMEOUT: str_fmt(out, size, "The shop's server %s did not answer in time.", host); break;
    case HTTP_FAULT_CUT: str_fmt(out, size, "The connection to %s broke before its answer was complete.", host); break;
    case HTTP_FAULT_TOO_BIG:
        str_fmt(out, size, "The answer of %s is larger than allowed and was not read to its end.", host);
        break;
    case HTTP_FAULT_GARBAGE:
        str_fmt(out, size, "What %s answered is not readable as a web server's answer.", host);
        break;
    default: str_fmt(out, size, "The request to %s failed (%s).", host, clean); break;
    }
}
