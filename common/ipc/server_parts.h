/* Private to common/ipc: what the files of the server share. Everything in the structs is guarded by server->mutex, but
 * for what is marked: io is the thread that moves bytes, and only it calls the hub (pipe_hub_wake excepted). */
#ifndef COMMON_IPC_SERVER_PARTS_H
#define COMMON_IPC_SERVER_PARTS_H

#include "common/base/buf.h"
#include "common/ipc/frame.h"
#include "common/ipc/message.h"
#include "common/ipc/pipe.h"
#include "common/ipc/server.h"

#define SERVER_WORKERS         4
#define SERVER_CONNECTIONS     64
#define SERVER_PER_ACCOUNT     16
#define SERVER_HELLO_MS        5000
#define SERVER_FRAME_MS        10000
#define SERVER_WRITE_MS        30000
#define SERVER_LEAVE_MS        2000 /* for a farewell to be read */
#define SERVER_CALLS_PER_CONN  8
#define SERVER_QUEUE           64
#define SERVER_QUEUE_ACCOUNT   32
#define SERVER_EVENTS_PENDING  (256 * 1024)
#define SERVER_READ_PENDING    (1024 * 1024)
#define SERVER_OUT_MAX         (IPC_FRAME_MAX + 2 * SERVER_READ_PENDING)
#define SERVER_OUT_TOTAL       (32 * 1024 * 1024)
#define SERVER_REFUSALS_LOGGED 10 /* lines a minute about who was refused: nobody fills the log by knocking */

enum call_state { CALL_QUEUED, CALL_RUNNING, CALL_FOLLOWING, CALL_ANSWERED };

struct ipc_call {
    struct ipc_server *server;
    struct conn *conn;      /* NULL once the connection is gone */
    struct ipc_call *next;  /* of the same connection */
    struct ipc_call *later; /* in the queue for a worker */
    enum call_state state;
    bool abandoned, follow;
    int64_t id, lost;
    const struct ipc_operation *op; /* constant from here on */
    struct ipc_message request;
    enum ipc_level level;
    char who[200];
    struct stop *stop; /* made by the worker */
};

enum conn_state { CONN_HALF_OPEN, CONN_OPEN, CONN_LEAVING };

struct conn {
    struct ipc_server *server;
    struct conn *next;
    enum conn_state state;
    enum ipc_level level;
    struct ipc_caller caller;
    struct ipc_call *calls;
    size_t call_count;
    struct buf out; /* frames that wait; the first out_at bytes are gone */
    size_t out_at;
    /* The io thread's own: */
    struct pipe_conn *pipe;
    struct ipc_frames frames;
    bool reading, secret_seen, broken;
    size_t writing;      /* bytes under way */
    int64_t since_us;    /* when it came */
    int64_t frame_us;    /* when the frame began that is not whole yet; 0: none */
    int64_t written_us;  /* when what is under way began to go */
    int64_t leave_by_us; /* LEAVING: when it is ended whatever is left */
};

struct ipc_server {
    struct ipc_server_options options; /* constant; texts in it are not used after start */
    char program[IPC_PROGRAM_MAX + 1];
    struct pipe_hub *hub;
    struct os_thread *io, **workers;
    struct os_mutex *mutex;
    struct os_cond *work;
    struct conn *conns;
    struct ipc_call *first, *last; /* the queue */
    size_t queued;
    int slow; /* calls that run and may take long */
    bool stopping, leaving;
    struct ipc_server_counts counts;
    int64_t refusals_since_us;
    int refusals;
    struct buf to_log; /* lines about refusals: told without the mutex, for the log may publish what it is told */
};

/* server_call.c; all with the mutex held */
/* Puts one request into the queue, or answers it at once when it may not be. Takes m. */
void call_take(struct conn *conn, struct ipc_message *m);
void call_abandon(struct conn *conn, int64_t id);
/* The connection goes: its calls are ended or told to end. */
void calls_drop(struct conn *conn);
/* Drops what waits in the queue and stops what runs. */
void calls_stop(struct ipc_server *server);
void call_worker(void *server); /* the thread's function; without the mutex */

/* server_conn.c; io thread, with the mutex held */
void conn_new(struct ipc_server *server, struct pipe_conn *pipe);
void conn_data(struct conn *conn, char *data, size_t len);
void conn_end(struct conn *conn); /* frees it */
/* Sends what waits, reads on, ends what is over time. Returns when it has to be looked at again, in us; frees conn and
 * returns 0 when it ended. */
int64_t conn_attend(struct conn *conn, int64_t now_us);
void conn_farewell(struct conn *conn, enum rc rc, const char *text, long retry_after_s);
size_t conn_waiting(const struct conn *conn); /* bytes that wait to be read by the client */

#endif
