/* One link put together: its lock, state, company database and channel, with the rules from the settings. Here, and
 * only here, concrete drivers meet the engine. */
#ifndef SERVICE_APP_SESSION_H
#define SERVICE_APP_SESSION_H

#include "service/app/app.h"
#include "service/app/rules.h"
#include "service/channel/channel.h"
#include "service/erp/erp.h"
#include "service/model/planned.h"
#include "service/store/store.h"

#define INBOX_STATES 6 /* of enum inbox_state */

/* What the caller needs; what it does not need is not opened and stays NULL. */
enum session_need {
    SESSION_STORE = 1,
    SESSION_ERP = 2,
    SESSION_CHANNEL = 4,
    SESSION_LOCK = 8, /* the right to run on this company: one process at a time */
    SESSION_ALL = 15
};

struct session {
    struct app *app;
    const struct conf_section *company, *link; /* link NULL: opened for the company alone (store only) */
    struct rules rules;
    struct os_lock *lock;
    struct store *store;
    int64_t link_number;
    struct erp *erp;
    struct channel *channel;
    char folder[APP_PATH_SIZE]; /* this company's own, under the data folder */
};

/* preview NULL: a real run. Else the wire is cut: every write to shop or ERP goes to preview as a planned change, and
 * the state is a scratch copy. link_name NULL: only SESSION_STORE and SESSION_LOCK may be asked for.
 * CONFLICT: another process works on this company; the text says which and since when. */
struct session_preview {
    planned_sink sink;
    void *ctx;
};
enum rc session_open(struct app *app, const char *company, const char *link_name, unsigned needs,
                     const struct session_preview *preview, struct session **out, struct err *err);
void session_close(struct session *s);

/* Whether a process works on this company now; `owner` gets its words ("process 12 of ..., since ..."). Asks for the
 * lock for a moment, so only to be called where something says that a run has begun and not ended. */
bool session_is_running(const struct session *s, char *owner, size_t size);

/* Takes the shop that the settings name now for the one this link was bound to (it moved to another address). */
enum rc session_rebind(struct session *s, struct err *err);

/* RC_OK when the opened ERP has an item with that SKU; NOT_FOUND, also for what can be no SKU; CONFLICT when several
 * have it. */
enum rc session_has_item(struct session *s, const char *sku, struct err *err);

/* Whether the secret store has that secret; shaped for conf_export: ctx is the struct app. */
bool session_has_secret(void *app, const char *secret_name);

#endif
