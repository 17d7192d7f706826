#include "common/secret/secret.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "common/secret/seal.h"

/* What is sealed: magic, name, NUL, value. The name inside is checked whatever the system's sealing promises. */
static const char magic[] = "shopferry secret 1\n";
#define MAGIC_LEN  (sizeof(magic) - 1)
#define PLAIN_MAX  (MAGIC_LEN + SECRET_NAME_MAX + 1 + SECRET_VALUE_MAX)
#define SEALED_MAX (PLAIN_MAX + 4096)

static enum rc check_name(const char *name, struct err *err) {
    size_t len = strlen(name);
    if (len == 0 || len > SECRET_NAME_MAX || !utf8_valid(name, len)) {
        return err_set(err, RC_INVALID, REACH_LINK, "A secret's name must be text of 1 to %d bytes.", SECRET_NAME_MAX);
    }
    return RC_OK;
}

/* The file's name is a keyed hash of the secret's: any text gives a safe one of fixed length, on every file system. The
 * key is no secret, it only keeps these hashes apart from others. */
static char *path_of(const char *folder, const char *name) {
    unsigned char hash[32];
    size_t len = os_hmac(OS_SHA256, magic, MAGIC_LEN, name, strlen(name), hash);
    struct buf hex;
    buf_init(&hex, 128);
    hex_add(&hex, hash, len);
    char *path = mem_printf("%s/secrets/%s.secret", folder, hex.data);
    buf_free(&hex);
    return path;
}

static void wipe_and_free(struct buf *b) {
    mem_wipe(b->data, b->cap);
    buf_free(b);
}

/* Sealed bytes may grow the buffer and leave copies in freed memory: so it is asked for at full size first. */
static void buf_init_fixed(struct buf *b, size_t size) {
    char *zero = mem_zalloc(1, size);
    buf_init(b, size);
    buf_add(b, zero, size);
    buf_clear(b);
    mem_free(zero);
}

enum rc secret_put(const char *folder, const char *name, const char *value, struct err *err) {
    size_t len = strlen(value);
    enum rc rc = check_name(name, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (len > SECRET_VALUE_MAX) {
        return err_set(err, RC_INVALID, REACH_LINK, "A secret can have at most %d bytes.", SECRET_VALUE_MAX);
    }
    struct buf plain;
    struct buf sealed;
    buf_init_fixed(&plain, PLAIN_MAX);
    buf_init(&sealed, SEALED_MAX);
    buf_add(&plain, magic, MAGIC_LEN);
    buf_add(&plain, name, strlen(name) + 1);
    buf_add(&plain, value, len);
    rc = seal(name, plain.data, plain.len, &sealed, err);
    wipe_and_free(&plain);
    char *secrets = mem_printf("%s/secrets", folder);
    rc = rc == RC_OK ? os_mkdirs(secrets, err) : rc;
    mem_free(secrets);
    if (rc == RC_OK) {
        char *path = path_of(folder, name);
        rc = os_file_replace(path, sealed.data, sealed.len, true, err);
        mem_free(path);
    }
    wipe_and_free(&sealed);
    return rc;
}

/* Takes magic, name and value apart. */
static enum rc open_plain(const char *name, const struct buf *plain, char **out, struct err *err) {
    size_t head = MAGIC_LEN + strlen(name) + 1;
    if (plain->len < head || memcmp(plain->data, magic, MAGIC_LEN) != 0 ||
        memcmp(plain->data + MAGIC_LEN, name, strlen(name) + 1) != 0 ||
        memchr(plain->data + head, '\0', plain->len - head) != NULL) {
        return err_set(err, RC_DENIED, REACH_LINK,
                       "The stored secret is damaged or belongs to another link. Enter it again.");
    }
    *out = mem_strndup(plain->data + head, plain->len - head);
    return RC_OK;
}

enum rc secret_get(const char *folder, const char *name, char **out, struct err *err) {
    enum rc rc = check_name(name, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct buf sealed;
    char *path = path_of(folder, name);
    rc = os_read_file(path, SEALED_MAX, &sealed, err);
    mem_free(path);
    if (rc == RC_NOT_FOUND) {
        return err_set(err, rc, REACH_LINK, "This secret has not been entered yet.");
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct buf plain;
    buf_init_fixed(&plain, PLAIN_MAX);
    rc = unseal(name, sealed.data, sealed.len, &plain, err);
    if (rc == RC_OK) {
        rc = open_plain(name, &plain, out, err);
    }
    wipe_and_free(&plain);
    wipe_and_free(&sealed);
    return rc;
}

enum rc secret_remove(const char *folder, const char *name, struct err *err) {
    enum rc rc = check_name(name, err);
    if (rc == RC_OK) {
        char *path = path_of(folder, name);
        rc = os_remove(path, err);
        mem_free(path);
    }
    return rc;
}

bool secret_exists(const char *folder, const char *name) {
    if (check_name(name, NULL) != RC_OK) {
        return false;
    }
    char *path = path_of(folder, name);
    bool there = os_file_size(path) >= 0;
    mem_free(path);
    return there;
}

void secret_free(char *value) {
    if (value != NULL) {
        mem_wipe(value, strlen(value));
        mem_free(value);
    }
}
