#!/bin/bash
# The Linux program killed (SIGKILL) at random moments while it works, resumed, and compared on both sides; see kill_loop.py.
#   kill_native.sh            60 kills, as the test command runs it
#   kill_native.sh --kills N  as many as one likes;  --seed S repeats the same choices (not the same microseconds)
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/rig.sh
kills=60 seed=$RANDOM
while [ $# -gt 0 ]; do
    case $1 in
    --short) kills=40 seed=7 ;;
    --kills) kills=$2; shift ;;
    --seed) seed=$2; shift ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
rig_begin
rig_shop || exit 1
rig_native_company 400 >"$rig/setup.log" 2>&1 || { cat "$rig/setup.log"; exit 1; }
rig_sim POST /_sim/orders/trickle "{\"every\": 1, \"count\": 0, \"seed\": $seed}" >/dev/null
# A shop takes its time: the moments between sending and answer must be wide enough to be hit.
rig_sim POST /_sim/faults "{\"seed\": $seed, \"rules\": [
    {\"match\": \"batch\", \"action\": \"delay\", \"ms\": 60, \"probability\": 0.5},
    {\"match\": \"orders\", \"action\": \"delay\", \"ms\": 15, \"probability\": 0.3}]}" >/dev/null || exit 1
export SHOPFERRY_HOME=$rig/home
python3 tests/engine/kill_loop.py --kills "$kills" --seed "$seed" --sim "$SIM_HTTP" --erp "$rig/company.db" \
    --state "$rig/home/state/company-Demo/state.db" --edit-live --output "$rig/output.log" -- \
    "$rig_native_program" sync --company Demo --link shop --quiet || {
    echo "last words of the program:"
    tail -n 20 "$rig/output.log" "$rig/home/Logs/shopferry.log"
    exit 1
}
