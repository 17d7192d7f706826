#!/bin/bash
# How long may a sale be overwritten by a quantity that does not know of it? Measured; and the next cycle corrects it. See window.py.
#   window.sh [--seed S]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/rig.sh
seed=$RANDOM
[ "${1-}" = --seed ] && seed=$2
rig_begin
rig_shop || exit 1
rig_native_company 1200 >"$rig/setup.log" 2>&1 && rig_native sync --company Demo --link shop --quiet >>"$rig/setup.log" 2>&1 ||
    { cat "$rig/setup.log"; exit 1; }
# A slow shop: the run takes longer than the time after which orders are read again (15 s).
rig_sim POST /_sim/faults '{"rules": [{"match": "POST .*batch", "action": "delay", "ms": 500}]}' >/dev/null || exit 1
export SHOPFERRY_HOME=$rig/home
python3 tests/engine/window.py --sim "$SIM_HTTP" --erp "$rig/company.db" --seed "$seed" --most 20 -- \
    "$rig_native_program" sync --company Demo --link shop --quiet || {
    tail -n 5 "$rig/home/Logs/shopferry.log" | cut -c1-300
    exit 1
}
