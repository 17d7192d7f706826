/* Entries lie in one array in order of insertion; an index of open addressing beside it finds them. A removed entry
 * stays as a hole until the next rebuild, so that order and index hold. */
#include "common/base/table.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/mem.h"

#define FREE       0 /* in the index: nothing was ever here; otherwise number of the entry + 1 */
#define FIRST_BITS 4

struct entry {
    uint64_t hash;
    char *key; /* NULL: a hole */
    void *value;
};

struct table {
    struct entry *entries;
    size_t used;     /* entries with their holes */
    size_t capacity; /* of entries */
    size_t count;    /* without holes */
    uint32_t *index;
    size_t mask; /* size of the index - 1, a power of two */
};

struct table *table_new(void) {
    struct table *t = MEM_NEW(struct table);
    t->mask = ((size_t)1 << FIRST_BITS) - 1;
    t->index = mem_zalloc(t->mask + 1, sizeof *t->index);
    return t;
}

void table_free(struct table *t, void (*free_value)(void *value)) {
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->used; i++) {
        if (t->entries[i].key == NULL)
            continue;
        if (free_value != NULL)
            free_value(t->entries[i].value);
        mem_free(t->entries[i].key);
    }
    mem_free(t->entries);
    mem_free(t->index);
    mem_free(t);
}

/* The slot of the index that holds the key, or the free one where the search ended. */
static size_t find_slot(const struct table *t, uint64_t hash, const char *key) {
    size_t slot = (size_t)hash & t->mask;
    while (t->index[slot] != FREE) {
        const struct entry *e = &t->entries[t->index[slot] - 1];
        if (e->key != NULL && e->hash == hash && strcmp(e->key, key) == 0)
            return slot;
        slot = (slot + 1) & t->mask;
    }
    return slot;
}

static struct entry *find(const struct table *t, const char *key) {
    uint32_t number = t->index[find_slot(t, hash_of(key, strlen(key)), key)];
    return number == FREE ? NULL : &t->entries[number - 1];
}

void *table_get(const struct table *t, const char *key) {
    const struct entry *e = find(t, key);
    return e == NULL ? NULL : e->value;
}

/* Closes the holes and makes an index at most half full. */
static void rebuild(struct table *t) {
    size_t kept = 0;
    for (size_t i = 0; i < t->used; i++) {
        if (t->entries[i].key != NULL)
            t->entries[kept++] = t->entries[i];
    }
    t->used = kept;
    assert(kept < UINT32_MAX / 4);
    size_t size = (size_t)1 << FIRST_BITS;
    while (size < kept * 3)
        size *= 2;
    mem_free(t->index);
    t->index = mem_zalloc(size, sizeof *t->index);
    t->mask = size - 1;
    for (size_t i = 0; i < kept; i++) {
        size_t slot = (size_t)t->entries[i].hash & t->mask;
        while (t->index[slot] != FREE)
            slot = (slot + 1) & t->mask;
        t->index[slot] = (uint32_t)(i + 1);
    }
}

void *table_put(struct table *t, const char *key, void *value) {
    assert(value != NULL);
    uint64_t hash = hash_of(key, strlen(key));
    size_t slot = find_slot(t, hash, key);
    if (t->index[slot] != FREE) {
        struct entry *e = &t->entries[t->index[slot] - 1];
        void *before = e->value;
        e->value = value;
        return before;
    }
    if ((t->used + 1) * 4 > (t->mask + 1) * 3) {
        rebuild(t);
        slot = find_slot(t, hash, key);
    }
    mem_grow((void **)&t->entries, &t->capacity, t->used, sizeof *t->entries);
    t->entries[t->used] = (struct entry){hash, mem_strdup(key), value};
    t->index[slot] = (uint32_t)++t->used;
    t->count++;
    return NULL;
}

void *table_remove(struct table *t, const char *key) {
    struct entry *e = find(t, key);
    if (e == NULL)
        return NULL;
    void *value = e->value;
    mem_free(e->key);
    e->key = NULL;
    e->value = NULL;
    t->count--;
    return value;
}

size_t table_count(const struct table *t) {
    return t->count;
}

void table_each(const struct table *t, bool (*visit)(void *ctx, const char *key, void *value), void *ctx) {
    for (size_t i = 0; i < t->used; i++) {
        const struct entry *e = &t->entries[i];
        if (e->key != NULL && !visit(ctx, e->key, e->value))
            return;
    }
}
