#!/bin/bash
# Orders arriving at random while every fifth request fails in one of 28 ways: none lost, none double. See chaos.py.
#   chaos.sh                  10,000 orders
#   chaos.sh --short          700, as the test command runs it
#   chaos.sh --orders N       as many as one likes;  --seed S repeats the same faults
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/rig.sh
orders=10000 seed=$RANDOM page=100
while [ $# -gt 0 ]; do
    case $1 in
    --short) orders=700 page=20 seed=7 ;; # small pages: as many requests to spoil as with many orders
    --orders) orders=$2; shift ;;
    --seed) seed=$2; shift ;;
    *) sed -n '3,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
rig_begin
rig_shop || exit 1
rig_native_company 500 "{\"page_size\": $page}" >"$rig/setup.log" 2>&1 && rig_native sync --company Demo --link shop --quiet >>"$rig/setup.log" 2>&1 ||
    { cat "$rig/setup.log"; exit 1; }
rig_sim POST /_sim/orders/trickle "{\"every\": 1, \"count\": 0, \"seed\": $seed}" >/dev/null
export SHOPFERRY_HOME=$rig/home
python3 tests/engine/chaos.py --orders "$orders" --seed "$seed" --sim "$SIM_HTTP" --erp "$rig/company.db" \
    --output "$rig/output.log" -- "$rig_native_program" sync --company Demo --link shop --quiet || {
    echo "last words of the program:"
    tail -n 20 "$rig/output.log" "$rig/home/Logs/shopferry.log"
    exit 1
}
