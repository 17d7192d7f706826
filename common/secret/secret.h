/* Secrets of links (API keys, passwords), sealed by this machine. They are kept one file each in the folder `secrets`
 * under the given data folder.
 *
 * Windows: sealed with DPAPI for this machine, with the secret's name as entropy. For the machine and not for one user,
 * because the person who enters a key and the service that uses it are different accounts. Who may read the file is
 * therefore the fence: the data folder's own rights (os_folder_protect) let in the system, administrators and the
 * service's account only. A copy of the files on another machine is worthless.
 * POSIX (tests and development): NOT encrypted; files are readable by the owner alone (0600) and that is all. Whoever
 * reads the disk, a backup, or runs as the owner or root, reads them. Meant for machines of developers.
 *
 * On both the name is sealed in with the value: a file copied or renamed over another secret's is refused, so nobody
 * can make us send one shop's key to another shop by moving files.
 * Secrets never appear in a log line, an error text or on a command line. */
#ifndef COMMON_SECRET_SECRET_H
#define COMMON_SECRET_SECRET_H

#include <stdbool.h>

#include "common/base/err.h"

#define SECRET_NAME_MAX  1000  /* bytes; any UTF-8 text of at least one byte, e.g. "company/link/consumer_secret" */
#define SECRET_VALUE_MAX 65536 /* bytes, without the closing NUL */

/* Stores or replaces; durable on return. INVALID: name or value too long, empty name. */
enum rc secret_put(const char *folder, const char *name, const char *value, struct err *err);
/* *out is a new text: the caller wipes it (mem_wipe) and frees it (mem_free), see secret_free. NOT_FOUND: never stored.
 * DENIED: it cannot be unsealed by this account, or is another secret's file; it has to be entered again. */
enum rc secret_get(const char *folder, const char *name, char **out, struct err *err);
enum rc secret_remove(const char *folder, const char *name, struct err *err); /* NOT_FOUND when there is none */
bool secret_exists(const char *folder, const char *name);
/* Wipes and frees; NULL allowed. */
void secret_free(char *value);

#endif
