/* What the operating system does for us: files, threads, waiting, time, randomness, paths, hashes for signatures.
 * One header, two implementations (win/ and posix/ with the same file names). Paths are UTF-8 with the system's
 * separator accepted in either form. */
#ifndef COMMON_OS_OS_H
#define COMMON_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/err.h"

/* --- time and randomness --- */
struct clock *os_clock(void);          /* the system's clock; never NULL, never freed */
void os_random(void *out, size_t len); /* from the system's secure generator; aborts if it has none */
void os_token(char out[37]);           /* a fresh random UUID */
/* Offset of the machine's zone from UTC at that instant, in minutes. */
int os_zone_offset_minutes(int64_t utc_ms);

/* --- stop and wait --- */
/* A stop flag that waits can wait on. Set from any thread and from a signal or control handler. */
struct stop;
struct stop *stop_new(void);
void stop_free(struct stop *s);
void stop_set(struct stop *s);
bool stop_is_set(const struct stop *s); /* NULL: never */
/* Waits until stop or ms milliseconds; true if stop was set. The only way to pause a thread. */
bool os_wait(struct stop *s, int64_t ms);

/* --- threads --- */
struct os_thread;
struct os_mutex;
struct os_thread *os_thread_start(void (*run)(void *arg), void *arg);
void os_thread_join(struct os_thread *t); /* waits and frees */
struct os_mutex *os_mutex_new(void);
void os_mutex_free(struct os_mutex *m);
void os_mutex_lock(struct os_mutex *m);
void os_mutex_unlock(struct os_mutex *m);
/* A condition that threads wait for. The waiter holds the mutex, which is free while it waits and held again
 * afterwards; it may wake without a reason, so it looks at what it waits for in a loop. */
struct os_cond;
struct os_cond *os_cond_new(void);
void os_cond_free(struct os_cond *c); /* NULL allowed */
void os_cond_wait(struct os_cond *c, struct os_mutex *m);
void os_cond_wake_all(struct os_cond *c);

/* --- files --- */
/* Creates the folder and its parents; an existing one is fine. */
enum rc os_mkdirs(const char *path, struct err *err);
bool os_exists(const char *path);
/* Initialises out and fills it with the whole file; a file above max bytes is RC_TOO_BIG. On failure out is all zero:
 * it holds nothing, and buf_free() of it is allowed. */
enum rc os_read_file(const char *path, size_t max, struct buf *out, struct err *err);
/* The only way a settings, secret or document file changes: write new beside, sync, rename over, sync the folder.
 * private_: readable by the owner only (POSIX mode 0600; on Windows the folder's own rights apply). */
enum rc os_file_replace(const char *path, const void *data, size_t len, bool private_, struct err *err);
/* A file or an empty folder; absent is RC_NOT_FOUND. */
enum rc os_remove(const char *path, struct err *err);
enum rc os_rename(const char *from, const char *to, struct err *err); /* replaces the target */
/* Streams never translate line ends. NULL with err set on failure.
 * os_open_append is for logs: other programs may read, rename or remove the file meanwhile. Hand it one whole line with
 * one fwrite: on Windows it is unbuffered, because there is no line buffering there. */
FILE *os_open_append(const char *path, struct err *err);
FILE *os_open_read(const char *path, struct err *err);
FILE *os_open_write(const char *path, struct err *err); /* new or truncated: for output the user asked for */
int64_t os_file_size(const char *path);                 /* -1 if there is none */
/* Calls visit with the bare name of each file in the folder, in byte order of the names. */
enum rc os_list_dir(const char *path, void (*visit)(void *ctx, const char *name), void *ctx, struct err *err);
/* Only this account, the system, administrators and `account` (may be NULL) may read and write below the folder.
 * Windows: a list of rights of its own, nothing inherited; POSIX: mode 0700, account is ignored. */
enum rc os_folder_protect(const char *path, const char *account, struct err *err);
/* Creates and deletes a probe file: may this process write in that folder? */
enum rc os_folder_writable(const char *path, struct err *err);
uint64_t os_disk_free(const char *path); /* bytes, 0 if unknown */

/* A lock held by this process until os_lock_release or its death. RC_CONFLICT when another process holds it. */
struct os_lock;
enum rc os_lock_take(const char *path, struct os_lock **out, struct err *err);
void os_lock_release(struct os_lock *lock);

/* --- who and where --- */
/* Where settings, secrets and state live, one place for the service and the console whatever account they run as:
 * Windows %ProgramData%\Shopferry, POSIX $XDG_DATA_HOME/shopferry or ~/.local/share/shopferry. The environment variable
 * SHOPFERRY_HOME overrides it on both. */
enum rc os_data_folder(char *out, size_t size, struct err *err);
/* Where the operation logs live, of the account this process runs as (capability C-29): Windows %APPDATA%\Shopferry;
 * POSIX, and wherever SHOPFERRY_HOME is set: the data folder. */
enum rc os_account_folder(char *out, size_t size, struct err *err);
void os_path_join(char *out, size_t size, const char *folder, const char *name);
void os_machine_name(char *out, size_t size);
void os_account_name(char *out, size_t size);
long os_process_id(void);
/* Ends the process at once, as a power cut would: no clean-up, no flush. For crash points in tests. */
void os_die_now(int code);
bool os_is_terminal(FILE *f);
/* Whether what is typed on standard input is shown; nothing happens when it is no terminal. */
void os_terminal_echo(bool on);
/* Peak memory of this process in bytes (VmHWM, PeakWorkingSetSize), processor time in microseconds. */
uint64_t os_peak_memory(void);
int64_t os_cpu_us(void);
/* Value of an environment variable into out; false when unset or too long. */
bool os_getenv(const char *name, char *out, size_t size);

/* --- keyed hashes, for signatures that shops ask for (OAuth 1.0a) --- */
enum os_hash { OS_SHA1, OS_SHA256 };
/* HMAC (RFC 2104); out gets 20 or 32 bytes; returns that length. */
size_t os_hmac(enum os_hash kind, const void *key, size_t key_len, const void *data, size_t len, unsigned char out[32]);

#endif
