#!/bin/sh
# test_replay.sh PROGRAM [RECORDING ...]: starts the simulator, sends it the recorded exchanges of a real shop, and fails if anything
# differs. Without a RECORDING: those in tests/conformance/woo. The simulator moves its clock on by a second with each write, so the
# waits between exchanges (stamps have whole seconds) are left out. A few products and orders are there before, as in the real shop,
# and it answers as the version, the zone and the storage that the recording tells of.
set -u
program=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
woo=$here/../conformance/woo
[ $# -gt 0 ] || set -- "$woo/wc-10.0.2-hpos.jsonl"
dir=$(mktemp -d)
SIM_PID=
trap '[ -z "$SIM_PID" ] || kill "$SIM_PID" 2>/dev/null; rm -rf "$dir"' EXIT INT TERM
failed=0
for file in "$@"; do
    # Words of a known form, meant to be split.
    # shellcheck disable=SC2046
    vars=$("$here/start.sh" "$program" "$dir" --tick 1 --products 5 --orders 3 $("$here/recorded_shop.py" "$file")) || exit 1
    eval "$vars"
    python3 "$woo/replay.py" --no-wait --base "$SIM_HTTPS" --http-base "$SIM_HTTP" --ca "$SIM_CA" \
        --key "$(cat "$dir/rw_key")" --secret "$(cat "$dir/rw_secret")" \
        --ro-key "$(cat "$dir/ro_key")" --ro-secret "$(cat "$dir/ro_secret")" \
        --app-user "$(cat "$dir/app_user")" --app-password "$(cat "$dir/app_password")" \
        --ignore-file "$here/replay_ignore.txt" "$file" || failed=1
    kill "$SIM_PID"
    # start.sh was its parent, so wait by looking.
    tries=0
    while kill -0 "$SIM_PID" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then
            echo "the simulator does not end on SIGTERM"
            kill -9 "$SIM_PID"
            failed=1
            break
        fi
        sleep 0.05
    done
    SIM_PID=
    if [ -s "$dir/sim.log" ]; then
        echo "the simulator said:"
        cat "$dir/sim.log"
        failed=1
    fi
done
exit $failed
