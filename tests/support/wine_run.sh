#!/bin/bash
# Runs one Windows program under Wine, with a time limit: what ctest puts before each test program of the mingw build.
#   SHOPFERRY_WINEPREFIX  another prefix than the shared one
#   SHOPFERRY_WINE_LIMIT  seconds, 300 unless told
. "$(dirname "${BASH_SOURCE[0]}")/wine_prefix.sh"
WINEPREFIX=${SHOPFERRY_WINEPREFIX:-$(wine_prefix_shared)} || exit 1
export WINEPREFIX
# The first program of a prefix brings Wine's own services up; they would keep our output open, and a reader of it would wait for them. So the
# output goes through files.
out=$(mktemp -d) || exit 1
trap 'cat "$out/1"; cat "$out/2" >&2; rm -rf "$out"' EXIT
timeout --kill-after=5 "${SHOPFERRY_WINE_LIMIT:-300}" "$sf_wine" "$@" </dev/null >"$out/1" 2>"$out/2"
