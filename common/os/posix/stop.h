/* For posix/ folders that wait for something of their own and for stop at once. */
#ifndef COMMON_OS_POSIX_STOP_H
#define COMMON_OS_POSIX_STOP_H

#include "common/os/os.h"

/* Readable once stop was set, for ever; only to be polled. -1 for NULL, which poll() ignores. */
int stop_fd(const struct stop *s);

#endif
