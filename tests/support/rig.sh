#!/bin/bash
# A shop, a company and a program to join them: what the demo, the crash tests and the chaos test have in common. Sourced.
#   rig_begin                 a folder of our own in $rig, removed at the end with everything that was started
#   rig_shop [options]        starts the simulator (tests/sim/start.sh) as a shop that sells in PLN, as the demo company does; SIM_HTTPS,
#                             SIM_HTTP, SIM_CA, SIM_KEYS are set
#   rig_sim GET|POST path [body]   the simulator's control interface
#   rig_settings FILE key=value...  settings of company "Demo", link "shop", into FILE
#   rig_native VERB...        the Linux program with its data in $rig/home
#   rig_wine VERB...          the Windows program under Wine, in the prefix $rig_prefix (rig_wine_begin makes it)
#   rig_until SECONDS command...    until the command succeeds; fails when the time is over
set -u
rig_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$rig_top/tests/support/wine_prefix.sh"
rig_native_program=${SHOPFERRY_NATIVE:-$rig_top/build/native/bin/shopferry}
rig_sim_program=${SHOPFERRY_SIM:-$rig_top/build/native/bin/shop_sim}
rig_windows_program=${SHOPFERRY_WINDOWS:-$rig_top/build/release/bin/shopferry.exe}
rig=
rig_prefix=
SIM_PID=

rig_begin() {
    rig=$(mktemp -d "${TMPDIR:-/tmp}/shopferry-XXXXXX") || exit 1
    trap rig_end EXIT
    trap 'exit 130' INT TERM
}

rig_end() {
    rig_shop_stop
    [ -z "$rig_prefix" ] || wine_stop "$rig_prefix"
    [ -z "$rig" ] || rm -rf "$rig"
    rig=
}

rig_shop() {
    local vars
    vars=$("$rig_top/tests/sim/start.sh" "$rig_sim_program" "$rig/shop" --currency PLN --prices gross "$@") || return 1
    eval "$vars"
}

rig_shop_stop() {
    local tries=0
    [ -n "$SIM_PID" ] || return 0
    kill "$SIM_PID" 2>/dev/null
    while kill -0 "$SIM_PID" 2>/dev/null && [ $tries -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    kill -KILL "$SIM_PID" 2>/dev/null
    SIM_PID=
    return 0
}

rig_sim() { # method path [body]
    local method=$1 path=$2
    shift 2
    [ $# -gt 0 ] && set -- --data-binary "$1" -H 'Content-Type: application/json'
    curl -sS --fail --max-time 120 -X "$method" "$@" "$SIM_HTTP$path"
}

rig_settings() { # file, database, url, ca file, then JSON members of the link
    python3 - "$@" <<'PY'
import json, sys
path, database, url, ca = sys.argv[1:5]
link = {"name": "shop", "kind": "woocommerce", "enabled": True, "url": url, "ca_file": ca,
        "order_statuses": ["processing"], "acknowledge_status": "completed"}
for member in sys.argv[5:]:
    link.update(json.loads(member))
settings = {"version": 1, "companies": [{"name": "Demo", "database": database, "links": [link]}]}
json.dump(settings, open(path, "w"), ensure_ascii=False, indent=1)
PY
}

rig_native() {
    SHOPFERRY_HOME=$rig/home timeout --kill-after=5 "${RIG_LIMIT:-300}" "$rig_native_program" "$@"
}

# The Linux program with a company of N items and a link to the shop.
rig_native_company() { # items, then members of the link
    local items=$1
    shift
    mkdir -p "$rig/home"
    rig_native demo-company --items "$items" --out "$rig/company.db" --quiet &&
        rig_settings "$rig/settings.json" "$rig/company.db" "$SIM_HTTPS" "$SIM_CA" "$@" &&
        rig_native import "$rig/settings.json" &&
        rig_native secret set --company Demo --link shop --name consumer_key <"$SIM_KEYS/rw_key" &&
        rig_native secret set --company Demo --link shop --name consumer_secret <"$SIM_KEYS/rw_secret"
}

rig_wine_begin() {
    rig_prefix=$(wine_prefix_new "$rig/wine") || return 1
    # Without -p Wine ends its services a moment after the last program that is none.
    WINEPREFIX=$rig_prefix timeout 20 "$sf_wineserver" -p 2>/dev/null # it would tell of what the killed left open
}

rig_wine() {
    WINEPREFIX=$rig_prefix timeout --kill-after=5 "${RIG_LIMIT:-300}" "$sf_wine" "$rig_windows_program" "$@"
}

# A path of this machine as a Windows program sees it.
rig_windows_path() {
    printf 'Z:%s' "${1//\//\\}"
}

rig_wine_company() { # items, then members of the link
    local items=$1 url=${SIM_HTTPS/127.0.0.1/localhost}
    shift
    rig_wine demo-company --items "$items" --out 'C:\company.db' --quiet </dev/null &&
        rig_settings "$rig/settings.json" 'C:\company.db' "$url" "$(rig_windows_path "$SIM_CA")" "$@" &&
        rig_wine import "$(rig_windows_path "$rig/settings.json")" </dev/null &&
        rig_wine secret set --company Demo --link shop --name consumer_key <"$SIM_KEYS/rw_key" &&
        rig_wine secret set --company Demo --link shop --name consumer_secret <"$SIM_KEYS/rw_secret"
}

rig_until() { # seconds, command
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}
