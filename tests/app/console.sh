#!/bin/bash
# The console program as a person meets it: what it says and its exit codes, against the simulator.
#   console.sh [PROGRAM SIMULATOR]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
[ $# -eq 2 ] && export SHOPFERRY_NATIVE=$1 SHOPFERRY_SIM=$2
. tests/support/rig.sh
exec </dev/null
rig_begin
rig_shop --products 3 || exit 1
failures=0

# says CODE PATTERN... -- VERB...: runs the program; its exit code and each extended pattern must be there; a pattern that begins with !
# must not.
says() {
    local code=$1 patterns=() pattern got bad=
    shift
    while [ "$1" != -- ]; do
        patterns+=("$1")
        shift
    done
    shift
    rig_native "$@" >"$rig/out" 2>&1
    got=$?
    [ $got -eq "$code" ] || bad="exit code $got instead of $code"
    for pattern in "${patterns[@]}"; do
        case $pattern in
        !*) grep -qE -- "${pattern#!}" "$rig/out" && bad="${bad:+$bad; }says: ${pattern#!}" ;;
        *) grep -qE -- "$pattern" "$rig/out" || bad="${bad:+$bad; }does not say: $pattern" ;;
        esac
    done
    [ -z "$bad" ] && return
    failures=$((failures + 1))
    echo "FAILED: shopferry $*: $bad"
    sed 's/^/    /' "$rig/out"
}

settings() { # then members of the link
    rig_settings "$rig/settings.json" "$rig/company.db" "$SIM_HTTPS" "$SIM_CA" "$@" && rig_native import "$rig/settings.json" >"$rig/log" 2>&1 ||
        { cat "$rig/log"; exit 1; }
}
link=(--company Demo --link shop)

# --- check ---
rig_native_company 30 >"$rig/log" 2>&1 || { cat "$rig/log"; exit 1; }
says 0 'ok .*order statuses: The shop has every' '^ready: 0 things block' -- check
settings '{"order_statuses": ["processing", "wc-on-hold"], "acknowledge_status": "sent"}'
says 0 'note .*, order_statuses: The shop has no order status "wc-on-hold".*without "wc-".* It has: pending processing on-hold' \
    'note .*, acknowledge_status: The shop has no order status "sent", so no imported order can be given it' '!"processing"' -- check
settings '{"price_list": "EUR-NETTO"}'
says 3 "blocks .*, currency: The prices of this link's price list are in EUR, but the shop sells in PLN" -- check
settings '{"currency": "SEK"}'
says 3 'blocks .*, currency: The shop sells in PLN, the link.s settings say SEK' -- check
python3 - "$rig/settings.json" <<'PY'
import json, sys
settings = json.load(open(sys.argv[1]))
link = settings["companies"][0]["links"][0]
del link["currency"]
again = dict(link, name="again", url=link["url"].replace("https", "HTTPS") + "/")
other = dict(link, name="elsewhere", url="https://elsewhere.invalid")
settings["companies"].append({"name": "Second", "database": settings["companies"][0]["database"], "links": [other, dict(again, url=link["url"])]})
json.dump(settings, open(sys.argv[1], "w"))
PY
rig_native import "$rig/settings.json" >/dev/null || exit 1
says 3 'note +Demo / shop, same shop: "Second / again" works with the same shop' 'note +Second / again, same shop: "Demo / shop" works' \
    '!elsewhere, same shop' '!"Second / elsewhere" works' -- check

# --- import: what is wrong or missing is an error, and the old settings stay ---
import_says() { # text of the file, then as for says
    printf '%s' "$1" >"$rig/wrong.json"
    shift
    says 3 "$@" 'nothing was changed|cannot be read' -- import "$rig/wrong.json"
}
import_says '{"companies": [{"name": "Demo", "database": "demo.db", "links": []}]}' \
    'error: Demo, database: .*"Company database" must be a full path'
import_says '{"companies": [{"name": "Demo", "database": "/d.db", "links": [{"name": "a", "kind": "shopy"}, {"name": "b", "kind": "woocommerce"},
    {"name": "c", "kind": "woocommerce", "url": "https://x.invalid", "ca_file": "ca.pem"}]}]}' \
    'error: Demo / a, kind: There is no driver .*"shopy". Known kinds: woocommerce' 'error: Demo / b, url: The setting "Shop address" is missing' \
    'error: Demo / c, ca_file: .* must be a full path'
import_says '{"companies":
  [{"name": "Demo", "database": "C:\Shopferry\demo.db"}]}' 'in line 2, column 36 ' 'each backslash is written twice'
import_says '{"companies": [], "companies": []}' 'the name "companies" stands twice'
says 0 '"Second"' -- export

# --- an order in another currency than the shop's prices ---
settings
says 0 'No new orders. Only orders' '!in step' -- preview "${link[@]}" --fetch-orders
product=$(rig_sim GET /_sim/dump/products.ndjson | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
for currency in EUR PLN; do
    rig_sim POST /_sim/orders '{"create": [{"status": "processing", "currency": "'$currency'", "line_items": [{"product_id": '"$product"', "quantity": 1}]}]}' >"$rig/log" ||
        { cat "$rig/log"; exit 1; }
done
says 1 'orders: 2 found, 0 done, 2 parked' '1 parked: The order is in EUR, but this link sells in PLN' '!in PLN, but' -- sync "${link[@]}" --fetch-orders

# --- what was put aside is told again, as long as it waits ---
says 1 'orders: 2 found, 0 done, 2 parked' 'by each run started by hand' 'Put aside and waiting: 2 orders, 0 items. `shopferry status`' '!in step' -- sync "${link[@]}" --fetch-orders
says 2 'add --send-offer' -- sync "${link[@]}" --force-full --fetch-orders
says 2 'add --send-offer' -- sync "${link[@]}" --compare-all --fetch-orders
says 0 'orders .* 2 parked' 'put aside +order [0-9]+ since .*: The order is in EUR' 'last run +2, orders, ' -- status

# --- more than the first few, and a run that could not begin ---
for _ in 1 2 3 4; do
    rig_sim POST /_sim/orders '{"create": [{"status": "processing", "currency": "EUR", "line_items": [{"product_id": '"$product"', "quantity": 1}]}]}' >/dev/null
done
rig_native sync "${link[@]}" --fetch-orders >/dev/null 2>&1
says 0 'put aside +... and more; `shopferry status --all`' -- status
says 0 'orders .* 6 parked' '!and more' -- status --all
[ "$(grep -c 'put aside    order' "$rig/out")" -eq 6 ] || { failures=$((failures + 1)); echo "FAILED: status --all does not list six orders"; }
says 0 '"put_aside":\[\{"what":"order","name":"[0-9]+","key":"[0-9]+","since_ms":[0-9]+,"reason":"The order is in EUR' -- status --json
mv "$rig/company.db" "$rig/away.db"
says 8 'company.db' -- sync "${link[@]}"
rig_native sync "${link[@]}" >/dev/null 2>&1
says 0 'last run .*: failed' 'failing +since 20.*, 2 runs in a row' 'because +The run could not begin: .*company.db' -- status
says 0 '"result":"failed","reason":"The run could not begin.*"failing_since_ms":[0-9]+,"failed_in_row":2' -- status --json
mv "$rig/away.db" "$rig/company.db"

# --- one item ---
says 7 'no item with the SKU "NO-SUCH-SKU"' '!group' '!found' -- preview "${link[@]}" --send-offer --sku NO-SUCH-SKU
says 7 'no item with the SKU "NO-SUCH-SKU"' '!found' -- sync "${link[@]}" --sku NO-SUCH-SKU
says 7 'The ERP has no item with the SKU NO-SUCH-SKU' -- why "${link[@]}" NO-SUCH-SKU
sku=$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT sku FROM item WHERE kind = ?", ("simple",)).fetchone()[0])' \
    "$rig/company.db")
says 0 'NO |yes ' '!has no item' -- why "${link[@]}" "$sku"
key=$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT id FROM item WHERE kind = ?", ("simple",)).fetchone()[0])' \
    "$rig/company.db")
says 0 "key $key, a simple item" -- why "${link[@]}" --item "$key"
says 7 'no item with the key 987654321' -- why "${link[@]}" --item 987654321
says 2 'its SKU, or --item' -- why "${link[@]}"
# Two hours east of Greenwich the 1st of March begins at 22:00 UTC; what changed a second earlier is not taken.
read -r older newer < <(python3 - "$rig/company.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
(older, a), (newer, b) = db.execute("SELECT id, sku FROM item WHERE kind = 'simple' ORDER BY id LIMIT 2").fetchall()
for where, ms in (("1", 0), ("item_id = %d" % older, 1772316000000 - 1000), ("item_id = %d" % newer, 1772316000000)):
    db.execute("UPDATE item_version SET master_changed_ms = %d, price_changed_ms = %d, stock_changed_ms = %d WHERE %s" % (ms, ms, ms, where))
db.commit()
print(a, b)
PY
)
[ -n "$newer" ] || exit 1
TZ=AAA-2 says 1 "create.$newer.name" "!create.$older." -- preview "${link[@]}" --send-offer --changed-since 2026-03-01
TZ=AAA-2 says 1 "create.$newer.name" "create.$older.name" -- preview "${link[@]}" --send-offer --changed-since 2026-02-28T21:59:59
says 2 '"2026-13-01" is neither a day' -- sync "${link[@]}" --changed-since 2026-13-01
says 2 '"yesterday" is neither a day' -- sync "${link[@]}" --changed-since yesterday
says 0 'or day .2026-03-01: since midnight here' -- sync --help
says 8 'there is no folder .*/no/such' -- demo-company --items 1 --out "$rig/no/such/company.db"
says 8 'There is a file at' -- demo-company --items 1 --out "$rig/company.db"
says 7 'There is no company "Nobody"' -- sync --company Nobody --link shop
says 7 'No order 999999 has reached us' -- where 999999

# --- status: what runs now, what a script reads, where the service writes ---
sync_pid=
trap '[ -z "$sync_pid" ] || kill -KILL "$sync_pid" 2>/dev/null; rig_end' EXIT
rig_sim POST /_sim/faults '{"rules": [{"match": "GET .*orders", "action": "delay", "ms": 20000}]}' >/dev/null || exit 1
SHOPFERRY_HOME=$rig/home "$rig_native_program" sync "${link[@]}" --fetch-orders >"$rig/log" 2>&1 &
sync_pid=$!
runs_now() { rig_native status | grep -q "running now  since 20.* (process $sync_pid of "; }
rig_until 15 runs_now || { failures=$((failures + 1)); echo "FAILED: status does not say that process $sync_pid runs"; }
says 0 '"running":true,"result":"running"' -- status --json
says 4 'is being synchronised already .process' -- sync "${link[@]}"
kill -KILL "$sync_pid"
wait "$sync_pid" 2>/dev/null
says 0 'last run .*: interrupted' '!running now' -- status
rig_sim POST /_sim/faults '{}' >/dev/null
SHOPFERRY_HOME=$rig/home "$rig_native_program" service run >"$rig/log" 2>&1 &
sync_pid=$!
rig_until 15 test -s "$rig/home/service-log-folder" || { failures=$((failures + 1)); echo "FAILED: the service does not note its log folder"; }
kill "$sync_pid"
wait "$sync_pid" 2>/dev/null
sync_pid=
says 0 "logs +$rig/home/Logs .of the service too" -- status
printf '/elsewhere/Logs' >"$rig/home/service-log-folder"
says 0 'its logs +/elsewhere/Logs' -- status
rig_native status --json | python3 -c '
import json, sys
program, link = [json.loads(line) for line in sys.stdin]
assert program["program"] == "Shopferry" and program["version"] and program["service"] == "not installed", program
assert program["data_folder"] == sys.argv[1] and program["service_log_folder"] == "/elsewhere/Logs", program
assert link["running"] is False and link["orders"]["parked"] == 6, link
' "$rig/home" || { failures=$((failures + 1)); echo "FAILED: status --json"; }

# --- a company database that may be read and not written: 8, and the check sees it ---
cp "$rig/company.db" "$rig/kept.db" # of a format that may be read and not written, which holds for root too
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode = DELETE")' "$rig/company.db"
printf '\003' | dd of="$rig/company.db" bs=1 seek=18 conv=notrunc 2>/dev/null
says 8 'company database may not be written by this account' '!found' -- sync "${link[@]}"
says 3 'blocks .*, company database: .*may not be written by this account' -- check
mv "$rig/kept.db" "$rig/company.db"
if [ "$(id -u)" -ne 0 ]; then
    for what in company.db .; do
        chmod a-w "$rig/$what"
        says 8 'company database may not be written by this account' '!found' -- sync "${link[@]}"
        says 3 'blocks .*, company database: .*may not be written by this account' -- check
        chmod u+w "$rig/$what"
    done
fi

# --- a run that cannot begin says so, once, and counts nothing ---
printf 'cs_wrong' | rig_native secret set "${link[@]}" --name consumer_secret >/dev/null || exit 1
says 5 'orders: nothing was done. The shop knows the consumer key but the consumer secret is wrong' '!0 found' -- sync "${link[@]}"

# --- damaged files: the text names the cure ---
for state in "$rig"/home/state/company-Demo/state.db; do
    cp "$state" "$rig/kept.db"
    printf 'no database at all, but long enough to be looked at by everybody' | dd of="$state" conv=notrunc 2>/dev/null
    rm -f "$state"-wal "$state"-shm
    says 8 'records of this company, .*state.db, are damaged .*backup.*move their folder away' -- sync "${link[@]}"
    cp "$rig/kept.db" "$state"
done
printf '{"version": 1' >"$rig/home/settings.json"
says 3 'cannot be read: .* put the ones before them in force: `shopferry import .*settings.json.bak`' -- status
rig_native import "$rig/home/settings.json.bak" >/dev/null || { failures=$((failures + 1)); echo "FAILED: settings.json.bak cannot be imported"; }

# --- a company database that is not there, a folder, or something else: 8, with the path ---
for database in "$rig/none/company.db" "$rig" "$rig/settings.json"; do
    rig_settings "$rig/settings.json" "$database" "$SIM_HTTPS" "$SIM_CA" && rig_native import "$rig/settings.json" >/dev/null || exit 1
    says 8 "company database" '!found' -- sync "${link[@]}"
    says 3 "blocks .*, company database: .*company database" -- check
done

[ $failures -eq 0 ] || exit 1
echo "the console says what it should"
