#!/bin/bash
# The benchmark: prints one table with a ratio in each row. README.md tells what is measured.
#   tests/bench/run.sh              everything, about a quarter of an hour; the machine should do nothing else meanwhile
#   tests/bench/run.sh --small      a short run of the same code: counts are judged, times are not
#   tests/bench/run.sh --rows de    only these rows
# Measures the programs of the native build. SHOPFERRY_BUILD=DIR names another build folder, which is then taken as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null
export LC_ALL=C.UTF-8
build=${SHOPFERRY_BUILD:-}
if [ -z "$build" ]; then
    build=build/native
    tests/support/build.sh native shopferry shop_sim bench_measure bench_inserts bench_driver >&2
fi
exec timeout --kill-after=30 3000 python3 -B tests/bench/bench.py --build "$build" "$@"
