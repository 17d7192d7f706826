#include "service/channel/channel.h"

#include <string.h>

#include "common/base/mem.h"

void remote_product_free_fields(struct remote_product *p) {
    mem_free(p->sku);
    mem_free(p->name);
    mem_free(p->price);
    mem_free(p->sale_price);
    memset(p, 0, sizeof *p);
}

void order_page_free_fields(struct order_page *page) {
    for (size_t i = 0; i < page->count; i++)
        mem_free(page->orders[i].raw);
    mem_free(page->orders);
    for (size_t i = 0; i < page->unreadable_count; i++)
        mem_free(page->unreadable[i].raw);
    mem_free(page->unreadable);
    memset(page, 0, sizeof *page);
}
