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

# --- an order in another currency than the shop's prices ---
settings
product=$(rig_sim GET /_sim/dump/products.ndjson | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
for currency in EUR PLN; do
    rig_sim POST /_sim/orders '{"create": [{"status": "processing", "currency": "'$currency'", "line_items": [{"product_id": '"$product"', "quantity": 1}]}]}' >"$rig/log" ||
        { cat "$rig/log"; exit 1; }
done
says 1 'The order is in EUR, but this link sells in PLN' -- sync "${link[@]}" --fetch-orders

[ $failures -eq 0 ] || exit 1
echo "the console says what it should"
