/* A simulator of a test's own: started, spoken to behind the API's back, and ended by its process number. POSIX. */
#ifndef TESTS_CHANNEL_SIM_H
#define TESTS_CHANNEL_SIM_H

#include "tests/channel/support.h"

#include "common/base/table.h"
#include "common/os/os.h"
#include "service/net/http.h"

struct sim {
    char folder[512];
    char https[64], http[64], ca[600];
    char key[128], secret[128], ro_key[128], ro_secret[128];
    long pid;
    struct http_client *client;
};
/* program: shop_sim. Fails the test when it does not start. */
void sim_start(struct sim *s, const char *program);
void sim_stop(struct sim *s);

/* POST /_sim/<what> with a JSON body; fails the test unless it answers 200. */
void sim_tell(struct sim *s, const char *what, const char *json);
void sim_tellf(struct sim *s, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* GET /_sim/<what>; the text, to be freed. */
char *sim_get(struct sim *s, const char *what);
/* The product of the shop with this SKU (as dumped), NULL if none; to be freed. */
struct json *sim_product(struct sim *s, const char *sku);
/* All products that have one, by SKU; free with sim_products_free. */
struct table *sim_products(struct sim *s);
void sim_products_free(struct table *products);
struct json *sim_order(struct sim *s, const char *id);
/* How many products and variations are in the shop (trash included). */
size_t sim_product_count(struct sim *s);
void sim_reset_requests(struct sim *s);
/* Requests since the last reset whose log entry holds this text, the simulator's own paths not counted. */
size_t sim_count_requests(struct sim *s, const char *method, const char *path_part);
/* Fault rules: the inside of the array. */
void sim_faults(struct sim *s, const char *rules);

/* A channel to it with the settings given as key, value, ..., NULL. */
struct sim_channel {
    struct link_conf conf;
    struct two_keys keys;
    struct channel *channel;
    struct stop *stop;
};
void sim_channel_open(struct sim_channel *c, struct sim *s, ...);
void sim_channel_close(struct sim_channel *c);

#endif
