#!/bin/bash
# The lint: reads the tree, builds nothing. Every part runs; the end says how many parts found something.
# Usage: tests/lint/run.sh [TOP]   (TOP: another tree, used by selftest.sh)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "${1:-$here/../..}" && pwd)
cd "$top" || exit 2
export LC_ALL=C.UTF-8
cache=${SHOPFERRY_LINT_CACHE:-$top/build/lint}
mkdir -p "$cache"
failed=0

part() { # name, then a command; its output is shown when it fails
    local name=$1 start=$SECONDS
    shift
    if "$@" >"$cache/$name.log" 2>&1; then
        echo "lint: $name: good ($((SECONDS - start)) s)"
    else
        echo "lint: $name: FOUND ($((SECONDS - start)) s)"
        cat "$cache/$name.log"
        failed=$((failed + 1))
    fi
}

c_files() {
    find . -path ./build -prune -o -path ./.git -prune -o -name '*.[ch]' -print | sort
}

format() {
    c_files | xargs -r -P "$(nproc)" -n 40 clang-format --style="file:$here/../../.clang-format" --dry-run -Werror
}

# Once as each platform: the other platform's folder is left out, as the build does.
cpp() { # platform, folder to leave out, definitions
    local platform=$1 out=$2
    shift 2
    mkdir -p "$cache/cppcheck-$platform"
    c_files | grep '\.c$' | grep -v "/$out/" >"$cache/$platform.files"
    cppcheck --quiet --platform="$platform" --std=c11 --enable=warning,performance,portability --inline-suppr -I . -j "$(nproc)" \
        --cppcheck-build-dir="$cache/cppcheck-$platform" --suppressions-list="$here/cppcheck_suppress.txt" --error-exitcode=1 \
        --include=common/base/banned.h --library="$here/cppcheck.cfg" -DSF_SOURCE_DIR='""' -DSHOPFERRY_VERSION='""' "$@" \
        --file-list="$cache/$platform.files"
}

part text python3 "$here/check.py" "$top"
part format format
part cppcheck-unix64 cpp unix64 win -D_GNU_SOURCE -D__linux__
part cppcheck-win64 cpp win64 posix -D_WIN32 -D_WIN64
echo "lint: $failed parts found something"
[ "$failed" = 0 ]
