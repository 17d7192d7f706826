#!/bin/bash
# The main job for real: a company of 5,000 items, a WooCommerce-speaking shop over HTTPS, and the Windows service, installed, started and
# running under Wine. On a Debian 12 machine, as root or with sudo; installs and builds what is missing. Ends with a table of what stands
# in the shop and in the company database, each read back from that side, and leaves no process behind.
#   tests/demo.sh [--items N] [--orders N]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
exec </dev/null
export LC_ALL=C.UTF-8 HOME="${HOME:-/root}"
items=5000
orders=200
edits=37
while [ $# -gt 1 ]; do
    case $1 in
    --items) items=$2 ;;
    --orders) orders=$2 ;;
    *) echo "usage: demo.sh [--items N] [--orders N]" >&2; exit 2 ;;
    esac
    shift 2
done

step() { echo; echo "== $*"; }
fail() { echo "FAILED: $*" >&2; tail -n 20 "$rig/shop/sim.log" 2>/dev/null; service_log | tail -n 20; exit 1; }

if [ -z "${SHOPFERRY_RUN:-}" ]; then # tests/run.sh has done this already
    step "Installing and building what is missing"
    tests/support/install.sh && common/cmake/windows_prefix.sh && tests/support/build.sh native shop_sim &&
        tests/support/build.sh release shopferry || exit 1
fi
. tests/support/rig.sh
rig_begin

service_log() { cat "$rig_prefix"/drive_c/users/*/AppData/Roaming/Shopferry/Logs/shopferry.log 2>/dev/null; }
windows_sqlite() { WINEPREFIX=$rig_prefix timeout 120 "$sf_wine" "$(windows_prefix)/tools/sqlite3.exe" 'C:\company.db' "$1" </dev/null; }
windows_prefix() { common/cmake/windows_prefix.sh --where; }
# The company database is read from a copy that the Windows SQLite makes: locks of Linux and of Wine do not meet.
sides() {
    windows_sqlite ".backup 'C:/copy.db'" &&
        python3 tests/support/both_sides.py --erp "$rig_prefix/drive_c/copy.db" --sim "$SIM_HTTP" "$@" 2>>"$rig/sides.log"
}
figure() { python3 -c 'import json,sys; d=json.load(sys.stdin); print(eval(sys.argv[1], {}, d))' "$1"; }
requests() { rig_sim GET '/_sim/requests?last=0'; }
writes() { requests | figure 'sum(n for route, n in counts.items() if not route.startswith("GET"))'; }
reads() { requests | figure 'sum(n for route, n in counts.items() if route.startswith("GET"))'; }
in_shop() { rig_sim GET /_sim/dump/products.ndjson | wc -l; }
runs_since() { [ "$(reads)" -ge "$1" ]; }

step "A shop that speaks WooCommerce over HTTPS, a company of $items items, settings, keys"
rig_shop || fail "the shop did not start"
rig_wine_begin || fail "no Wine prefix"
rig_wine_company "$items" '{"interval_seconds": 10, "parallel_requests": 2}' || fail "the company was not set up"
rig_wine check </dev/null || fail "check found a blocker"

step "The service: installed, started"
rig_wine service install </dev/null || fail "the service was not installed"
rig_wine service start </dev/null || fail "the service did not start"
rig_wine status </dev/null | head -n 3
echo "waiting until $items items are in the shop ..."
offer_there() { [ "$(in_shop)" -ge "$items" ]; }
all_items() { sides --items --json >/dev/null; }
rig_until 240 offer_there && rig_until 60 all_items || { tail -n 30 "$rig/sides.log" >&2; fail "the offer did not arrive"; }

step "$orders orders are placed in the shop"
rig_sim POST "/_sim/orders/random?count=$orders&seed=11" '{}' >/dev/null || fail "the shop took no orders"
acknowledged() { [ "$(rig_sim GET /_sim/dump/orders.ndjson | grep -c '"status":"completed"')" -ge "$orders" ]; }
all_orders() { sides --orders --json >/dev/null; }
rig_until 120 acknowledged && rig_until 30 all_orders || { tail -n 30 "$rig/sides.log" >&2; fail "the orders did not arrive"; }
rig_until 120 all_items || { tail -n 30 "$rig/sides.log" >&2; fail "the stock did not follow the orders"; }
orders_json=$(sides --orders --json)

step "$edits items are edited in the ERP"
rig_sim POST /_sim/requests/reset '{}' >/dev/null
windows_sqlite "UPDATE item_price SET price = price + 100 WHERE price_list_id = 1 AND item_id <= $edits; UPDATE item SET name = name || ' *' WHERE id <= $edits; UPDATE stock SET on_hand = on_hand + 5000 WHERE item_id <= $edits AND warehouse_id = 1 AND item_id NOT IN (SELECT component_id FROM set_component)" ||
    fail "the edit failed"
rig_until 60 all_items || { tail -n 30 "$rig/sides.log" >&2; fail "the edits did not arrive"; }
batches=$(requests | figure 'len(batches)')
batch_lines=$(requests | figure 'sum(b["create"] + b["update"] + b["delete"] for b in batches)')
batch_writes=$(writes)

step "Nothing changes: the service goes on looking"
rig_sim POST /_sim/requests/reset '{}' >/dev/null
rig_until 60 runs_since 2 || fail "the service does not run any more"
quiet_reads=$(reads)
quiet_writes=$(writes)

step "The service is stopped"
rig_wine service stop </dev/null || fail "the service did not stop"
stopped=$(rig_wine status </dev/null | sed -n 's/^ *service *//p')
items_json=$(sides --items --json) || fail "the two sides differ at the end"

step "Read back from both sides"
row() { printf '%-52s | %8s | %8s\n' "$1" "$2" "$3"; }
{
    row "read back from each side" "company" "shop"
    row "----" "-------" "----"
    row "items of the offer" "$(figure items_erp <<<"$items_json")" "$(figure items_shop <<<"$items_json")"
    row "items whose name, price or stock differ" "" "$(figure items_wrong <<<"$items_json")"
    row "orders" "$(figure orders_erp <<<"$orders_json")" "$(figure orders_shop <<<"$orders_json")"
    row "orders missing, double or with another total" "" "$(figure orders_wrong <<<"$orders_json")"
    row "orders acknowledged (status completed)" "" "$(figure 'orders_by_status.get("completed", 0)' <<<"$orders_json")"
    row "items edited; write requests that carried them" "$edits" "$batch_writes"
    row "lines in these requests" "" "$batch_lines"
    row "nothing changed: requests that read" "" "$quiet_reads"
    row "nothing changed: requests that write" "" "$quiet_writes"
    row "service" "${stopped%%,*}" ""
} | tee "$rig/table.txt"

[ "$batches" = 1 ] && [ "$batch_lines" = "$edits" ] && [ "$batch_writes" = 1 ] || fail "the edits took $batch_writes write requests with $batch_lines lines"
[ "$quiet_writes" = 0 ] || fail "something was written though nothing had changed"
[ "$stopped" = "${stopped#running}" ] || fail "the service still runs"
[ "$(figure orders_erp <<<"$orders_json")" = "$orders" ] || fail "the ERP has another number of orders"
mkdir -p build/results && cp "$rig/table.txt" build/results/demo-table.txt
rig_wine service uninstall </dev/null >/dev/null || fail "the service was not removed"
echo
echo "The demo took $SECONDS s."
