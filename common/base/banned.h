/*
 * Functions nobody calls outside a wrapper file. CMake includes this header first into every translation unit.
 *
 * How: each is declared once more as deprecated, and warnings are errors, so any use in our files stops the build while
 * the system's own headers stay untouched. A wrapper file gets SF_ALLOW_<function> from CMake, by
 * tests/lint/banned_allow.txt. Functions which cannot be declared here (Sleep, sleep, usleep, strtok and others) are
 * found by tests/lint/run.sh, which reads the text.
 */
#ifndef SHOPFERRY_BANNED_H
#define SHOPFERRY_BANNED_H

#ifdef NDEBUG
#error "assertions stay in: do not define NDEBUG"
#endif

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* glibc has bodies for some of these in its headers when optimising; clang then says that it ignores the attribute. gcc
 * bans them all. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wignored-attributes"
#endif

#define SF_BANNED(instead) __attribute__((deprecated("banned here: " instead)))

#ifndef SF_ALLOW_strcpy
char *strcpy(char *, const char *) SF_BANNED("use str_copy or buf");
#endif
#ifndef SF_ALLOW_strcat
char *strcat(char *, const char *) SF_BANNED("use buf");
#endif
#ifndef SF_ALLOW_strncpy
char *strncpy(char *, const char *, size_t) SF_BANNED("use str_copy");
#endif
#ifndef SF_ALLOW_strtok
char *strtok(char *, const char *) SF_BANNED("use the splitters of base/str.h");
#endif
#ifndef SF_ALLOW_sprintf
int sprintf(char *, const char *, ...) SF_BANNED("use snprintf or buf");
#endif
#ifndef SF_ALLOW_vsprintf
int vsprintf(char *, const char *, va_list) SF_BANNED("use vsnprintf or buf");
#endif
#ifndef SF_ALLOW_atoi
int atoi(const char *) SF_BANNED("use the checked parsers of base/str.h");
#endif
#ifndef SF_ALLOW_atol
long atol(const char *) SF_BANNED("use the checked parsers of base/str.h");
#endif
#ifndef SF_ALLOW_gmtime
struct tm *gmtime(const time_t *) SF_BANNED("use base/civil.h");
#endif
#ifndef SF_ALLOW_localtime
struct tm *localtime(const time_t *) SF_BANNED("use base/civil.h");
#endif
#ifndef SF_ALLOW_time
time_t time(time_t *) SF_BANNED("use struct clock");
#endif
#ifndef SF_ALLOW_malloc
void *malloc(size_t) SF_BANNED("use mem_alloc");
#endif
#ifndef SF_ALLOW_calloc
void *calloc(size_t, size_t) SF_BANNED("use mem_alloc0");
#endif
#ifndef SF_ALLOW_realloc
void *realloc(void *, size_t) SF_BANNED("use mem_realloc");
#endif
#ifndef SF_ALLOW_free
void free(void *) SF_BANNED("use mem_free");
#endif
#ifndef SF_ALLOW_rename
int rename(const char *, const char *) SF_BANNED("use os_file_replace");
#endif
#ifndef SF_ALLOW_fopen
FILE *fopen(const char *, const char *) SF_BANNED("use common/os/file.h");
#endif

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
