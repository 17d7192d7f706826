/* UTF-8 inside, UTF-16 at the call: for win/ folders only. Input that is not well-formed is refused, never guessed.
 * Everything returned is the caller's: mem_free. */
#ifndef COMMON_OS_WIN_WIDE_H
#define COMMON_OS_WIN_WIDE_H

#include <windows.h>

#include "common/base/err.h"

/* NULL when s is not UTF-8. */
wchar_t *wide_from_utf8(const char *s);
/* NULL when s has half a surrogate pair. */
char *utf8_from_wide(const wchar_t *s);

/* A path for a Windows call: absolute, with backslashes, and with \\?\ in front so that neither 260 characters nor a
 * reserved name limit it. NULL with err set when it is not UTF-8 or empty. */
wchar_t *wide_path(const char *path, struct err *err);

/* Sets err from a Windows error code: not found is RC_NOT_FOUND, missing rights RC_DENIED, in use RC_CONFLICT, the rest
 * RC_IO. `doing` completes "... could not be <doing>". */
enum rc win_fail(struct err *err, DWORD code, const char *path, const char *doing);

#endif
