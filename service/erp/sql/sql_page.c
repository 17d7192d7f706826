/* One page of items in memory of its own: read in one go, so that no statement is open while they are visited, and
 * freed in one go, so that a million items cost no million allocations. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

#define CHUNK_SIZE (128 * 1024)

struct chunk {
    struct chunk *next;
    size_t size, used;
    max_align_t data[];
};

static void page_clear(struct page *page) {
    for (struct chunk *c = page->chunks; c; c = c->next)
        c->used = 0;
    page->current = page->chunks;
    page->count = 0;
}

struct page *page_take(struct sql_erp *e) {
    struct page *page = e->spare ? e->spare : MEM_NEW(struct page);
    e->spare = NULL;
    page_clear(page);
    return page;
}

void page_free(struct page *page) {
    if (!page)
        return;
    while (page->chunks) {
        struct chunk *next = page->chunks->next;
        mem_free(page->chunks);
        page->chunks = next;
    }
    mem_free(page->items);
    mem_free(page);
}

void page_give_back(struct sql_erp *e, struct page *page) {
    page_free(e->spare);
    e->spare = page;
}

struct item *page_add(struct page *page) {
    mem_grow((void **)&page->items, &page->capacity, page->count, sizeof *page->items);
    struct item *item = &page->items[page->count++];
    memset(item, 0, sizeof *item);
    return item;
}

static struct chunk *chunk_with_room(struct page *page, size_t size) {
    struct chunk *c = page->current;
    while (c && c->size - c->used < size)
        c = c->next;
    if (!c) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        c = mem_alloc(sizeof *c + room);
        c->size = room;
        c->used = 0;
        c->next = page->chunks;
        page->chunks = c;
    }
    page->current = c;
    return c;
}

static void *page_raw(struct page *page, size_t size) {
    size = (size + 7) & ~(size_t)7;
    struct chunk *c = chunk_with_room(page, size);
    void *p = (char *)c->data + c->used;
    c->used += size;
    return p;
}

void *page_alloc(struct page *page, size_t size) {
    return memset(page_raw(page, size), 0, size);
}

char *page_text(struct page *page, struct sql_stmt *st, int column) {
    size_t len = 0;
    const char *text = st->columns[column] < 0 ? NULL : db_text(st->s, st->columns[column], &len);
    if (!text)
        return NULL;
    char *copy = page_raw(page, len + 1);
    memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}
