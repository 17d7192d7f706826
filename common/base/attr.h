/* Compiler attributes, each under one name for every compiler we use. */
#ifndef COMMON_BASE_ATTR_H
#define COMMON_BASE_ATTR_H

/* Argument `fmt` (counted from 1) is a printf format for the arguments from `args` on; 0 for a va_list. gcc for Windows
 * would check its own dialect under the plain name: we always link the C99 one, hence gnu_printf. */
#ifdef __clang__
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#endif

#define NO_RETURN __attribute__((noreturn))

#endif
