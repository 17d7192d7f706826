#!/bin/bash
# The released Windows program under Wine, ended with TerminateProcess at random moments while it carries an offer to a shop over HTTPS and
# brings orders back; resumed, and compared on both sides. The loop and what it checks stand in tests/engine/kill_loop.py; terminator.exe,
# beside the program, calls TerminateProcess.
#   crash.sh                  210 kills
#   crash.sh --short          25 kills, as the test command runs it
#   crash.sh --kills N        as many as one likes;  --seed S repeats the same choices (not the same microseconds)
# The company database is edited only while no Windows program has it open: locks taken under Wine are not those of Linux.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/rig.sh
kills=210 seed=$RANDOM items=300
while [ $# -gt 0 ]; do
    case $1 in
    --short) kills=25 seed=7 ;;
    --kills) kills=$2; shift ;;
    --seed) seed=$2; shift ;;
    *) sed -n '5,7s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
terminator=${SHOPFERRY_TERMINATOR:-$(dirname "$rig_windows_program")/terminator.exe}
for needed in "$rig_windows_program" "$terminator"; do
    [ -f "$needed" ] || { echo "$needed is not built (tests/support/build.sh release)" >&2; exit 1; }
done
rig_begin
rig_shop || exit 1
rig_wine_begin || exit 1
rig_wine_company $items >"$rig/setup.log" 2>&1 || { cat "$rig/setup.log"; exit 1; }
state=$(find "$rig_prefix/drive_c" -type d -path '*/state/company-Demo' | head -n 1)
[ -n "$state" ] || state=$(dirname "$(find "$rig_prefix/drive_c" -iname settings.json -ipath '*shopferry*' | head -n 1)")/state/company-Demo
rig_sim POST /_sim/orders/trickle "{\"every\": 1, \"count\": 0, \"seed\": $seed}" >/dev/null
rig_sim POST /_sim/faults "{\"seed\": $seed, \"rules\": [
    {\"match\": \"batch\", \"action\": \"delay\", \"ms\": 60, \"probability\": 0.5},
    {\"match\": \"orders\", \"action\": \"delay\", \"ms\": 15, \"probability\": 0.3}]}" >/dev/null || exit 1
export WINEPREFIX=$rig_prefix
python3 tests/engine/kill_loop.py --kills "$kills" --seed "$seed" --sim "$SIM_HTTP" --erp "$rig_prefix/drive_c/company.db" \
    --state "$state/state.db" --kill pipe --usual 1.5 --limit 10 --output "$rig/output.log" -- \
    "$sf_wine" "$terminator" "$(rig_windows_path "$rig_windows_program")" sync --company Demo --link shop --quiet || {
    echo "last words of the program:"
    tail -n 20 "$rig/output.log"
    find "$rig_prefix/drive_c" -name shopferry.log -exec tail -n 20 {} \;
    exit 1
}
