#include <windows.h>

#include "common/os/os.h"

#include "common/base/mem.h"
#include "common/os/win/wide.h"

struct os_lock {
    HANDLE handle;
};

enum rc os_lock_take(const char *path, struct os_lock **out, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    wchar_t *w = wide_path(path, e);
    if (w == NULL) {
        return e->rc;
    }
    /* Sharing nothing is the lock; Windows closes the handle when the process dies. */
    HANDLE h = CreateFileW(w, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD code = h == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
    mem_free(w);
    if (code == ERROR_SHARING_VIOLATION) {
        return err_set(e, RC_CONFLICT, REACH_SERVICE, "%s is in use by another program.", path);
    }
    if (code != ERROR_SUCCESS) {
        return win_fail(e, code, path, "locked");
    }
    struct os_lock *lock = MEM_NEW(struct os_lock);
    lock->handle = h;
    *out = lock;
    return RC_OK;
}

void os_lock_release(struct os_lock *lock) {
    if (lock != NULL) {
        (void)CloseHandle(lock->handle);
        mem_free(lock);
    }
}
