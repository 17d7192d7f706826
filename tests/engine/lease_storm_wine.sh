#!/bin/bash
# The lease storm with three machines on one company database: Windows processes in two Wine prefixes, and native ones. Options as of
# lease_storm.py; build the targets lease_worker of the presets native and mingw first.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/wine_prefix.sh
program=${SHOPFERRY_LEASE_WORKER_EXE:-build/mingw/tests/engine/lease_worker.exe}
folder=$(mktemp -d "${TMPDIR:-/tmp}/shopferry-XXXXXX") || exit 1
end() {
    wine_stop "$folder/one"
    wine_stop "$folder/two"
    rm -rf "$folder"
}
trap end EXIT
export WINEDEBUG=-all
for prefix in one two; do
    wine_prefix_new "$folder/$prefix" >/dev/null || exit 1
    # Its services start with the first program, which takes a while.
    WINEPREFIX=$folder/$prefix timeout 120 "$sf_wine" cmd /c exit >/dev/null 2>&1 </dev/null
done
timeout 3600 python3 tests/engine/lease_storm.py --seconds 15 --length 2000 --limit 60 --workers 9 \
    --also "env WINEPREFIX=$folder/one $sf_wine $program" --also "env WINEPREFIX=$folder/two $sf_wine $program" "$@"
