/* The listening side over named pipes: overlapped calls, one completion port, one thread. What is cancelled is
 * collected before its memory goes: a connection that is closed lives on, unseen, until its last completion came. */
#include <windows.h>

#include <sddl.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/ipc/pipe.h"
#include "common/ipc/win/caller.h"
#include "common/os/win/wide.h"

#define KEY_PIPE      1 /* a completion of the system */
#define KEY_POSTED    2 /* ours: the call was over at once; its result stands in the io */
#define KEY_WAKE      3
#define PAUSE_MS      1000 /* before another try when no further instance could be made */
#define CLOSE_WAIT_MS 10000

enum io_kind { IO_CONNECT, IO_READ, IO_WRITE };

struct io {
    OVERLAPPED overlapped; /* first: the port gives its address */
    enum io_kind kind;
    struct pipe_conn *conn;
    bool pending;
    DWORD result; /* of a posted one */
};

struct pipe_conn {
    struct pipe_hub *hub;
    HANDLE pipe;
    void *owner;
    struct io connect, read, write;
    bool closed;
    struct pipe_conn *next; /* all of them, closed ones too */
    char in[PIPE_READ_MAX];
    char out[PIPE_WRITE_MAX];
};

struct pipe_hub {
    HANDLE port;
    wchar_t *name;
    PSECURITY_DESCRIPTOR descriptor;
    struct caller_groups groups;
    struct pipe_conn *conns;
    struct pipe_conn *listening; /* the instance that waits for its client; NULL: one has to be made */
    bool first;                  /* no instance was made yet */
    int64_t retry_ms;
};

static int64_t now_ms(void) {
    return clock_monotonic_us(os_clock()) / 1000;
}

/* Reports through the port what did not go through the system. */
static void post(struct io *io, DWORD result) {
    io->result = result;
    io->pending = true;
    if (!PostQueuedCompletionStatus(io->conn->hub->port, 0, KEY_POSTED, &io->overlapped))
        abort(); /* only when the port itself is broken */
}

/* Before each call: Windows wants the structure clear. */
static OVERLAPPED *begin(struct io *io) {
    memset(&io->overlapped, 0, sizeof io->overlapped);
    io->pending = true;
    return &io->overlapped;
}

/* After a call that says it failed at once. */
static void begun(struct io *io) {
    DWORD code = GetLastError();
    if (code != ERROR_IO_PENDING)
        post(io, code);
}

static void unlink_conn(struct pipe_conn *conn) {
    struct pipe_conn **at = &conn->hub->conns;
    while (*at != conn)
        at = &(*at)->next;
    *at = conn->next;
    (void)CloseHandle(conn->pipe);
    mem_free(conn);
}

/* Ends a closed connection once nothing of it is under way. */
static void settle(struct pipe_conn *conn) {
    if (conn->closed && !conn->connect.pending && !conn->read.pending && !conn->write.pending)
        unlink_conn(conn);
}

static enum rc make_instance(struct pipe_hub *hub, struct err *err) {
    SECURITY_ATTRIBUTES security = {.nLength = sizeof security, .lpSecurityDescriptor = hub->descriptor};
    /* The first instance fails when the name exists: nobody can have stood there before us. */
    DWORD first = hub->first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0;
    HANDLE pipe = CreateNamedPipeW(hub->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
                                   PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                                   PIPE_UNLIMITED_INSTANCES, PIPE_WRITE_MAX, PIPE_READ_MAX, 0, &security);
    if (pipe == INVALID_HANDLE_VALUE || !CreateIoCompletionPort(pipe, hub->port, KEY_PIPE, 0)) {
        DWORD code = GetLastError();
        if (pipe != INVALID_HANDLE_VALUE)
            (void)CloseHandle(pipe);
        if (hub->first && (code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY))
            return err_set(err, RC_CONFLICT, REACH_SERVICE,
                           "Another program listens on Shopferry's pipe already. End it and start the service again.");
        return win_fail(err, code, "Shopferry's pipe", "opened for listening");
    }
    struct pipe_conn *conn = MEM_NEW(struct pipe_conn);
    conn->hub = hub;
    conn->pipe = pipe;
    conn->connect = (struct io){.kind = IO_CONNECT, .conn = conn};
    conn->read = (struct io){.kind = IO_READ, .conn = conn};
    conn->write = (struct io){.kind = IO_WRITE, .conn = conn};
    conn->next = hub->conns;
    hub->conns = conn;
    hub->listening = conn;
    hub->first = false;
    if (!ConnectNamedPipe(pipe, begin(&conn->connect)))
        begun(&conn->connect);
    return RC_OK;
}

static enum rc make_descriptor(struct pipe_hub *hub, struct err *err) {
    struct buf sddl;
    buf_init(&sddl, 2000);
    wchar_t *wide = caller_sddl(&hub->groups, &sddl) ? wide_from_utf8(sddl.data) : NULL;
    buf_free(&sddl);
    bool made =
        wide && ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &hub->descriptor, NULL);
    DWORD code = GetLastError();
    mem_free(wide);
    return made ? RC_OK : win_fail(err, code, "Shopferry's pipe", "protected");
}

enum rc pipe_hub_open(const char *endpoint, const struct ipc_groups *groups, struct log *log, struct pipe_hub **out,
                      struct err *err) {
    struct pipe_hub *hub = MEM_NEW(struct pipe_hub);
    hub->first = true;
    hub->name = wide_from_utf8(endpoint);
    hub->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    caller_groups_find(groups, log, &hub->groups);
    enum rc rc = hub->name && hub->port ? make_descriptor(hub, err)
                                        : win_fail(err, GetLastError(), "Shopferry's pipe", "opened for listening");
    if (rc == RC_OK)
        rc = make_instance(hub, err);
    if (rc != RC_OK) {
        pipe_hub_close(hub);
        return rc;
    }
    *out = hub;
    return RC_OK;
}

/* What a completion means to the caller of pipe_hub_next; nothing (PIPE_QUIET) for a connection that was closed. */
static void completed(struct pipe_hub *hub, struct io *io, DWORD code, DWORD bytes, struct pipe_event *out) {
    struct pipe_conn *conn = io->conn;
    io->pending = false;
    if (conn->closed) {
        settle(conn);
        return;
    }
    out->conn = conn;
    out->owner = conn->owner;
    bool good = code == ERROR_SUCCESS;
    switch (io->kind) {
    case IO_CONNECT:
        hub->listening = NULL;
        /* Connected already, or even gone again: reading will tell. Anything else is an instance of no use. */
        if (good || code == ERROR_PIPE_CONNECTED || code == ERROR_NO_DATA) {
            out->kind = PIPE_CONNECTED;
        } else {
            hub->retry_ms = now_ms() + PAUSE_MS;
            pipe_conn_close(conn);
        }
        return;
    case IO_READ:
        out->kind = good && bytes > 0 ? PIPE_DATA : PIPE_ENDED;
        out->data = conn->in;
        out->len = good ? bytes : 0;
        return;
    case IO_WRITE:
        out->kind = good ? PIPE_WRITTEN : PIPE_ENDED;
        out->len = bytes;
        return;
    }
}

/* An instance always waits for the next client; when none could be made it is tried again after a while. */
static int64_t keep_listening(struct pipe_hub *hub, int64_t wait_ms) {
    if (hub->listening)
        return wait_ms;
    int64_t left = hub->retry_ms - now_ms();
    if (left <= 0) {
        if (make_instance(hub, NULL) == RC_OK)
            return wait_ms;
        hub->retry_ms = now_ms() + PAUSE_MS;
        left = PAUSE_MS;
    }
    return wait_ms < 0 || wait_ms > left ? left : wait_ms;
}

void pipe_hub_next(struct pipe_hub *hub, int64_t timeout_ms, struct pipe_event *out) {
    int64_t end = now_ms() + timeout_ms;
    memset(out, 0, sizeof *out);
    for (;;) {
        int64_t left = timeout_ms < 0 ? -1 : end - now_ms();
        int64_t wait = keep_listening(hub, timeout_ms < 0 ? -1 : left > 0 ? left : 0);
        DWORD ms = wait < 0 ? INFINITE : wait > 0x7fffffff ? 0x7fffffff : (DWORD)wait;
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *overlapped = NULL;
        bool good = GetQueuedCompletionStatus(hub->port, &bytes, &key, &overlapped, ms);
        DWORD code = good ? ERROR_SUCCESS : GetLastError();
        if (overlapped) {
            struct io *io = (struct io *)overlapped;
            completed(hub, io, key == KEY_POSTED ? io->result : code, bytes, out);
            if (out->kind != PIPE_QUIET)
                return;
            memset(out, 0, sizeof *out);
        } else if (good && key == KEY_WAKE) {
            return;
        }
        if (timeout_ms >= 0 && now_ms() >= end)
            return;
    }
}

void pipe_hub_wake(struct pipe_hub *hub) {
    (void)PostQueuedCompletionStatus(hub->port, 0, KEY_WAKE, NULL);
}

void pipe_hub_close(struct pipe_hub *hub) {
    if (!hub)
        return;
    /* Closing may free and so change the list: it is walked from the start each time. */
    for (struct pipe_conn *c = hub->conns; c;) {
        if (c->closed) {
            c = c->next;
        } else {
            pipe_conn_close(c);
            c = hub->conns;
        }
    }
    int64_t end = now_ms() + CLOSE_WAIT_MS;
    while (hub->conns && now_ms() < end) {
        DWORD bytes;
        ULONG_PTR key;
        OVERLAPPED *overlapped = NULL;
        (void)GetQueuedCompletionStatus(hub->port, &bytes, &key, &overlapped, 100);
        if (overlapped) {
            struct io *io = (struct io *)overlapped;
            io->pending = false;
            settle(io->conn);
        }
    }
    /* Memory the system may still write to would be left alone rather than freed. */
    if (hub->descriptor)
        (void)LocalFree(hub->descriptor);
    if (hub->port)
        (void)CloseHandle(hub->port);
    mem_free(hub->name);
    mem_free(hub);
}

void pipe_conn_own(struct pipe_conn *conn, void *owner) {
    conn->owner = owner;
}

void pipe_conn_read(struct pipe_conn *conn) {
    if (!conn->read.pending && !ReadFile(conn->pipe, conn->in, sizeof conn->in, NULL, begin(&conn->read)))
        begun(&conn->read);
}

size_t pipe_conn_write(struct pipe_conn *conn, const void *data, size_t len) {
    size_t take = len < PIPE_WRITE_MAX ? len : PIPE_WRITE_MAX;
    memcpy(conn->out, data, take);
    if (!WriteFile(conn->pipe, conn->out, (DWORD)take, NULL, begin(&conn->write)))
        begun(&conn->write);
    return take;
}

void pipe_conn_close(struct pipe_conn *conn) {
    conn->closed = true;
    /* Not DisconnectNamedPipe: that would take away what the client has not read yet. */
    (void)CancelIoEx(conn->pipe, NULL);
    if (conn->hub->listening == conn)
        conn->hub->listening = NULL;
    settle(conn);
}

void pipe_conn_caller(struct pipe_conn *conn, struct ipc_caller *out) {
    caller_ask(conn->pipe, &conn->hub->groups, out);
}
