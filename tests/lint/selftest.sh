#!/bin/bash
# The checkers are checked: a small tree without a fault passes; then one violation of each kind is planted, and each must be found under its
# own name. A rule that finds nothing any more would otherwise look like a clean tree.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
count=0

# A tree with one file in three rooms, and the lint's own data. Permissions of the real tree do not apply in it.
fresh() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/common/base" "$work/tree/common/os/win" "$work/tree/service/store" "$work/tree/service/sync" \
        "$work/tree/service/channel/woo" "$work/tree/tests/lint"
    cd "$work/tree" || exit 2
    cp "$here"/{layers.txt,words.txt} tests/lint/
    cp "$here/../../.clang-format" .
    cp "$here/../../common/base/banned.h" common/base/
    echo "common/base/mem.c malloc" >tests/lint/banned_allow.txt
    for d in common common/base common/os service service/store service/sync service/channel service/channel/woo tests/lint; do
        echo "What lives here." >"$d/README.md"
    done
    printf '#ifndef M_H\n#define M_H\nvoid *mem_alloc(unsigned long n);\n#endif\n' >common/base/mem.h
    printf '#include "common/base/mem.h"\n\nvoid *mem_alloc(unsigned long n) {\n    return malloc(n);\n}\n' >common/base/mem.c
    printf '#ifndef WOO_H\n#define WOO_H\n#endif\n' >service/channel/woo/woo.h
    printf '#include <windows.h>\n\nint os_x(void);\n\nint os_x(void) {\n    return 1;\n}\n' >common/os/win/x.c
    printf '#include <sqlite3.h>\n\n#include "common/base/mem.h"\n' >service/store/store.c
    printf '#include "common/base/mem.h"\n\nint sync_one(int a);\n\nint sync_one(int a) {\n    return a; /* todo is a fine word */\n}\n' >service/sync/one.c
}

expect() { # what must be in the output, title
    count=$((count + 1))
    if SHOPFERRY_LINT_CACHE=$work/cache "$here/run.sh" "$work/tree" >"$work/out" 2>&1; then
        echo "not found: $2 (the lint passed)"
        failed=$((failed + 1))
    elif ! grep -qF -- "$1" "$work/out"; then
        echo "not found: $2 (expected \"$1\", got:)"
        cat "$work/out"
        failed=$((failed + 1))
    fi
}

fresh
count=$((count + 1))
SHOPFERRY_LINT_CACHE=$work/cache "$here/run.sh" "$work/tree" >"$work/out" 2>&1 || {
    echo "the tree without a fault does not pass:"
    cat "$work/out"
    failed=$((failed + 1))
}

# title | expected finding | file | text appended to it
while IFS='|' read -r title finding file text; do
    [ -n "$title" ] || continue
    fresh
    mkdir -p "$(dirname "$file")"
    printf "$text" >>"$file"
    expect "$finding" "$title"
done <<'TABLE'
an edge against the arrows|[layers] common/base may not include service/store|common/base/mem.c|#include "service/store/store.c"\n
a driver's folder seen by sync|[layers] service/sync may not include service/channel/woo|service/sync/one.c|#include "service/channel/woo/woo.h"\n
a file in no room|lies in no room|extra/x.c|int x;\n
fenced windows.h|[fence] windows.h|service/sync/one.c|#include <windows.h>\n
fenced sqlite3.h|[fence] sqlite3.h|service/sync/one.c|#include <sqlite3.h>\n
fenced curl|[fence] curl/curl.h|service/store/store.c|#include <curl/curl.h>\n
fenced cJSON.h|[fence] cJSON.h|service/sync/one.c|#include <cJSON.h>\n
a platform's private header|[fence] common/os/win/wide.h|service/sync/one.c|#include "common/os/win/wide.h"\n
an include not from the top|[include] "mem.h"|common/base/mem.c|#include "mem.h"\n
_WIN32 outside win/|[platform] _WIN32|service/sync/one.c|#ifdef _WIN32\n#endif\n
kinds compared by name|[kinds]|service/sync/one.c|int k(const char *kind) {\n    return strcmp(kind, "woo") == 0;\n}\n
an unfinished thing|[words] "TODO"|service/sync/one.c|/* TODO: later */\n
an unfinished thing in a page|[words] "FIXME"|service/README.md|FIXME\n
a path of one machine|[words]|service/README.md|See /work/main.\n
a merge left undone|[words]|service/README.md|<<<<<<< mine\n
a banned function|[banned] strcpy|service/sync/one.c|void f(char *a) {\n    strcpy(a, "b");\n}\n
a banned function only the text shows|[banned] Sleep|common/os/win/x.c|void f(void) {\n    Sleep(1);\n}\n
a permission nobody uses|does not use free|tests/lint/banned_allow.txt|common/base/mem.c free\n
a permission for no file|which does not exist|tests/lint/banned_allow.txt|common/base/gone.c free\n
floating point with money|[money] double|service/sync/one.c|double vat;\n
typedef of a struct|[style] no typedef|service/sync/one.c|typedef struct a b;\n
a header without a guard|include guard|common/base/new.h|int x;\n
a tab|[style] tab|service/README.md|a\tb\n
white space at the end|end of a line|service/README.md|a \n
no newline at the end|no newline|service/README.md|a
carriage return|carriage return|service/README.md|a\r\n
a folder without README|[readme]|service/model/a.c|int a;\n
a link to nowhere|[links] gone.md|service/README.md|[x](gone.md)\n
formatting|clang-format|service/sync/one.c|int   x;\n
cppcheck, both platforms|arrayIndexOutOfBounds|service/sync/one.c|int bad(void);\n\nint bad(void) {\n    int a[2] = {0, 0};\n    return a[2];\n}\n
cppcheck, Windows only|zerodiv|common/os/win/x.c|int bad(void);\n\nint bad(void) {\n    return 1 / 0;\n}\n
TABLE

fresh
{
    printf 'void longer(int a);\n\nvoid longer(int a) {\n'
    for i in $(seq 80); do echo "    a += $i;"; done
    echo '}'
} >>service/sync/one.c
expect "longer: 8" "a function of more than 80 lines"

fresh
{
    printf 'int twisted(int a);\n\nint twisted(int a) {\n'
    for i in $(seq 16); do printf '    if (a == %s)\n        a++;\n' "$i"; done
    printf '    return a;\n}\n'
} >>service/sync/one.c
expect "twisted: complexity 17" "a function of too many branches"

fresh
printf '/* %0118d */\n' 0 >>service/sync/one.c
expect "124 columns" "a long line"

fresh
seq 61 >>service/README.md
expect "a screen is" "a README longer than a screen"

# The capabilities table: good, then each fault.
table() { # title, expected exit, expected words, row
    count=$((count + 1))
    printf '| id | text | test |\n|---|---|---|\n%s\n' "$4" >"$work/table.md"
    printf 'passed native:engine/orders_in 0.1\nfailed native:engine/offer 0.1\npassed demo 10\n' >"$work/ran.txt"
    "$here/capabilities.sh" "$work/table.md" "$work/ran.txt" >"$work/out" 2>&1
    local code=$?
    if [ $code != "$2" ] || ! grep -qF -- "$3" "$work/out"; then
        echo "capabilities: $1: exit $code, wanted $2 and \"$3\":"
        cat "$work/out"
        failed=$((failed + 1))
    fi
}
table "a good row" 0 "1 capabilities, 2 tests named, 0 findings" '| C-01 | orders in | `native:engine/orders_in`, `demo` |'
table "a test that does not exist" 1 "did not run" '| C-01 | orders in | `native:engine/gone` |'
table "a test that failed" 1 "failed" '| C-01 | orders in | `native:engine/offer` |'
table "a row without a test" 1 "names no test" '| C-01 | orders in | soon |'
table "an empty table" 1 "no row" ''

echo "lint selftest: $((count - failed)) of $count good"
[ "$failed" = 0 ]
