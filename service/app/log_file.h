/* The operation log: UTF-8 text files under <log folder>, one event a line, for a shopkeeper (capabilities C-29, C-33).
 *
 * The current file is shopferry.log; when it passes its size it becomes shopferry-YYYYMMDD-HHMMSS[-N].log and the
 * oldest files go until all together keep under the total. A line reads: 2026-03-01 09:14:07.120Z  INFO  Company / link
 * orders  1234  what happened The folder may be changed while the program runs; the next line goes to the new one.
 * Thread-safe. */
#ifndef SERVICE_APP_LOG_FILE_H
#define SERVICE_APP_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/log.h"

struct log_file;

/* file_max and total_max in bytes. Fails when the folder cannot be made or written. */
enum rc log_file_open(const char *folder, int64_t file_max, int64_t total_max, struct clock *clock,
                      struct log_file **out, struct err *err);
void log_file_close(struct log_file *f);
struct log *log_file_log(struct log_file *f);
/* Lines below this level are left out. */
void log_file_level(struct log_file *f, enum log_level lowest);
/* Goes on in another folder; on failure the old one stays in use and err says why. */
enum rc log_file_move(struct log_file *f, const char *folder, struct err *err);

#endif
