#!/bin/bash
# Ten years in every time zone, 170 million starts against the oracle, seven minutes of a processor; see test_ten_years.c.
#   ten_years.sh                       all zones of the tz database, natively, and all of Windows, through Wine
#   ten_years.sh --native | --windows  one of the two;  --years N  fewer years
#   SHOPFERRY_NATIVE_BUILD, SHOPFERRY_MINGW_BUILD  build folders that are there already
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
years=10 native=yes windows=yes
while [ $# -gt 0 ]; do
    case $1 in
    --native) windows=no ;;
    --windows) native=no ;;
    --years) years=$2; shift ;;
    *) sed -n '3,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
parts=$(nproc)
logs=$(mktemp -d) || exit 1
pids=()
cleanup() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
    rm -rf "$logs"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Each processor takes every nth zone.
walk() { # command ...
    local i failed=0
    pids=()
    for ((i = 0; i < parts; i++)); do
        "$@" "$years" "$parts" "$i" >"$logs/$i" 2>&1 &
        pids+=($!)
    done
    for ((i = 0; i < parts; i++)); do
        wait "${pids[i]}" || failed=1
        grep -E 'zones|ERROR|expected|LINE' "$logs/$i" || cat "$logs/$i"
    done
    pids=()
    return $failed
}

failed=0
if [ $native = yes ]; then
    build=${SHOPFERRY_NATIVE_BUILD:-build/native}
    [ -n "${SHOPFERRY_NATIVE_BUILD-}" ] || tests/support/build.sh native test_sched_ten_years || exit 1
    echo "tz database $(sed -n '1s/# version //p' /usr/share/zoneinfo/tzdata.zi):"
    walk timeout 7200 "$build/tests/sched/test_sched_ten_years" || failed=1
fi
if [ $windows = yes ]; then
    build=${SHOPFERRY_MINGW_BUILD:-build/mingw}
    [ -n "${SHOPFERRY_MINGW_BUILD-}" ] || tests/support/build.sh mingw test_sched_ten_years || exit 1
    echo "zones of Windows, as Wine has them:"
    SHOPFERRY_WINE_LIMIT=7200 walk tests/support/wine_run.sh "$build/tests/sched/test_sched_ten_years.exe" || failed=1
fi
[ $failed = 0 ] && echo "good" || echo "FAILED"
exit $failed
