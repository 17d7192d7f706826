/* For win/ folders that wait for something of their own and for stop at once. */
#ifndef COMMON_OS_WIN_STOP_H
#define COMMON_OS_WIN_STOP_H

#include <windows.h>

#include "common/os/os.h"

/* Signalled once stop was set, for ever; only to be waited for. NULL for NULL. */
HANDLE stop_handle(const struct stop *s);

#endif
