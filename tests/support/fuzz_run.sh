#!/bin/bash
# Runs every fuzz target for a while, all at the same time, from its corpus. New inputs go to the build folder, never to the tree.
# Usage: fuzz_run.sh [SECONDS]   (60 unless told)
# The choices are the same in every run unless FUZZ_SEED says another number; 0: new ones each time.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
tests/support/build.sh fuzz fuzz_all || exit 1
work=build/fuzz/runs
rm -rf "$work"
mkdir -p "$work"

one() {
    local name=$1 corpus=$2 dict
    mkdir -p "$work/$name/new" "$work/$name/found"
    dict=$(dirname "$corpus")/../$name.dict
    set --
    [ -f "$dict" ] && set -- -dict="$dict"
    if timeout --kill-after=10 $((seconds + 60)) "build/fuzz/fuzz/fuzz_$name" -seed="${FUZZ_SEED:-7}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$work/$name/found/" "$@" "$work/$name/new" "$corpus" >"$work/$name/log" 2>&1; then
        echo "fuzz $name: nothing found in $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name/log") inputs"
        echo ok >"$work/$name/result"
    else
        echo "fuzz $name: FOUND; the end of $work/$name/log:"
        grep -v '^#' "$work/$name/log" | tail -40
        ls "$work/$name/found"
    fi
}

[ -s build/fuzz/fuzz_targets.txt ] || { echo "there is no fuzz target"; exit 1; }
count=0
while read -r name corpus; do
    count=$((count + 1))
    one "$name" "$corpus" </dev/null &
done <build/fuzz/fuzz_targets.txt
wait
good=$(cat "$work"/*/result 2>/dev/null | grep -c ok)
echo "fuzz: $good of $count targets without a finding"
[ "$good" = "$count" ]
