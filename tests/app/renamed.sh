#!/bin/bash
# A link that gets another name goes on where it was: orders edited and refunded meanwhile do not come twice, and another
# link to the same shop is refused.
#   renamed.sh [PROGRAM SIMULATOR]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
[ $# -eq 2 ] && export SHOPFERRY_NATIVE=$1 SHOPFERRY_SIM=$2
. tests/support/rig.sh
exec </dev/null
rig_begin
rig_shop || exit 1
rig_native_company 10 '{"order_statuses": ["processing"]}' >"$rig/log" 2>&1 || { cat "$rig/log"; exit 1; }

fail() {
    echo "FAILED: $*"
    sed 's/^/    /' "$rig/out"
    exit 1
}
run() { rig_native "$@" >"$rig/out" 2>&1; }
documents() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM sales_order").fetchone()[0])' "$rig/company.db"; }
name() { # other name of the link, and a second link if told
    python3 - "$rig/settings.json" "$@" <<'PY'
import json, sys
settings = json.load(open(sys.argv[1]))
links = settings["companies"][0]["links"]
settings["companies"][0]["links"] = [dict(links[0], name=n, **({"url": links[0]["url"] + "/"} if i else {})) for i, n in enumerate(sys.argv[2:])]
json.dump(settings, open(sys.argv[1], "w"))
PY
    run import "$rig/settings.json" || fail "import"
    for key in key secret; do
        for link in "$@"; do
            rig_native secret set --company Demo --link "$link" --name consumer_$key <"$SIM_KEYS/rw_$key" >/dev/null || exit 1
        done
    done
}

run sync --company Demo --link shop --send-offer || fail "first offer"
product=$(rig_sim GET /_sim/dump/products.ndjson | python3 -c '
import json, sys
print(next(p["id"] for p in map(json.loads, sys.stdin) if p.get("type", "simple") == "simple" and p.get("sku")))')
for _ in 1 2 3; do
    rig_sim POST /_sim/orders '{"create": [{"status": "processing", "set_paid": true, "billing": {"first_name": "Jan", "last_name": "Nowak",
        "country": "PL", "city": "Warszawa", "postcode": "00-001", "address_1": "Prosta 1", "email": "jan@shop.example"},
        "line_items": [{"product_id": '"$product"', "quantity": 1}]}]}' >>"$rig/log" || fail "order"
done
run sync --company Demo --link shop --fetch-orders || fail "orders"
[ "$(documents)" -eq 3 ] || fail "$(documents) documents at first"
order=$(rig_sim GET /_sim/dump/orders.ndjson | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
curl -sS --fail --max-time 60 --cacert "$SIM_CA" -u "$(cat "$SIM_KEYS/rw_key"):$(cat "$SIM_KEYS/rw_secret")" -X PUT -H 'Content-Type: application/json' \
    --data-binary '{"billing": {"city": "Radom"}}' "$SIM_HTTPS/wp-json/wc/v3/orders/$order" >>"$rig/log" || fail "edit"

# A second link to the same shop would write each order again.
name shop second
run sync --company Demo --link second --fetch-orders
grep -q 'The link "shop" of this company works with the shop .* already' "$rig/out" || fail "a second link is not refused"
run rebind --company Demo --link second --from shop
grep -q 'in the settings still' "$rig/out" || fail "the state of a link in use was given away"

# The link under another name alone: refused with the cure, and with the cure nothing is doubled.
name renamed
grep -q 'The link "shop" of "Demo" is in the settings no more.*rebind' "$rig/out" || fail "the import does not say what went"
run sync --company Demo --link renamed --fetch-orders
grep -q 'rebind --company "Demo" --link "renamed" --from "shop"' "$rig/out" || fail "the other name is not refused"
[ "$(documents)" -eq 3 ] || fail "$(documents) documents before rebind"
run rebind --company Demo --link renamed --from nobody
grep -q 'no records of a link "nobody"' "$rig/out" || fail "no records"
run rebind --company Demo --link renamed --from shop || fail "rebind"
run sync --company Demo --link renamed --fetch-orders
[ "$(documents)" -eq 3 ] || fail "$(documents) documents after the change of name"
run where "$order"
grep -q 'look at .*Order .* was edited in the shop after it became' "$rig/out" || fail "the edit is not shown"
run rebind --company Demo --link renamed --from shop && fail "renamed twice"
echo "a link goes on under another name"
