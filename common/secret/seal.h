/* Private to common/secret: what each system does with the bytes. Implemented in win/ and posix/. */
#ifndef COMMON_SECRET_SEAL_H
#define COMMON_SECRET_SEAL_H

#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/err.h"

/* Appends the sealed form of data to out, bound to `name`. */
enum rc seal(const char *name, const void *data, size_t len, struct buf *out, struct err *err);
/* Appends the data to out. DENIED when this account cannot open it or it was sealed under another name. The caller
 * wipes out. */
enum rc unseal(const char *name, const void *sealed, size_t len, struct buf *out, struct err *err);

#endif
