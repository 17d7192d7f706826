#include "common/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_OUT_OF_MEMORY 70

static NO_RETURN void out_of_memory(void) {
    fputs("Shopferry ran out of memory and has to stop. Nothing is lost: it goes on from its journal when started "
          "again.\n",
          stderr);
    fflush(stderr);
    _Exit(EXIT_OUT_OF_MEMORY);
}

void *mem_alloc(size_t size) {
    void *p = malloc(size == 0 ? 1 : size);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *mem_zalloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        out_of_memory();
    size_t total = count * size;
    void *p = calloc(1, total == 0 ? 1 : total);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *mem_realloc(void *p, size_t size) {
    void *q = realloc(p, size == 0 ? 1 : size);
    if (q == NULL)
        out_of_memory();
    return q;
}

void mem_free(void *p) {
    free(p);
}

void *mem_dup(const void *p, size_t size) {
    void *copy = mem_alloc(size);
    if (size != 0)
        memcpy(copy, p, size);
    return copy;
}

char *mem_strdup(const char *s) {
    return s == NULL ? NULL : mem_dup(s, strlen(s) + 1);
}

char *mem_strndup(const char *s, size_t len) {
    const char *nul = memchr(s, '\0', len);
    if (nul != NULL)
        len = (size_t)(nul - s);
    char *copy = mem_alloc(len + 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *mem_printf(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *text = mem_vprintf(fmt, args);
    va_end(args);
    return text;
}

char *mem_vprintf(const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len < 0)
        return mem_strdup("");
    char *text = mem_alloc((size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    return text;
}

void mem_wipe(void *p, size_t size) {
    if (size == 0)
        return;
    memset(p, 0, size);
    /* Tells the optimiser that someone reads the memory afterwards, so the memset has to happen. */
    __asm__ volatile("" : : "r"(p) : "memory");
}

void mem_grow(void **array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted <= count) {
        if (wanted > SIZE_MAX / 2)
            out_of_memory();
        wanted *= 2;
    }
    if (size != 0 && wanted > SIZE_MAX / size)
        out_of_memory();
    *array = mem_realloc(*array, wanted * size);
    *capacity = wanted;
}
