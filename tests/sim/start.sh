#!/bin/sh
# start.sh PROGRAM FOLDER [options of shop_sim]
# Makes certificates and random throwaway keys in FOLDER (once), starts the simulator on free ports, waits until it listens, and
# prints what a test needs as shell assignments:
#   eval "$(tests/sim/start.sh build/native/bin/shop_sim /tmp/x)"   ...   kill "$SIM_PID"
# SIM_HTTPS, SIM_HTTP base URLs; SIM_CA the CA file; SIM_PID; SIM_KEYS the folder of files rw_key, rw_secret, ro_key, ro_secret,
# app_user, app_password (one value in each, no line end); SIM_HTTPS_PORT, SIM_HTTP_PORT. Its output goes to FOLDER/sim.log.
set -eu
program=$1
dir=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
umask 077
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
"$here/certs.sh" "$dir"
random() { od -An -N20 -tx1 /dev/urandom | tr -d ' \n'; }
if [ ! -s "$dir/keys" ]; then
    {
        echo "rw_key=ck_$(random)"
        echo "rw_secret=cs_$(random)"
        echo "ro_key=ck_$(random)"
        echo "ro_secret=cs_$(random)"
        echo "app_user=admin"
        echo "app_password=$(random)"
    } >"$dir/keys"
    while IFS='=' read -r name value; do printf '%s' "$value" >"$dir/$name"; done <"$dir/keys"
fi
rm -f "$dir/ready"
"$program" --http 0 --https 0 --cert "$dir/server.pem" --key-file "$dir/server.key" --keys-file "$dir/keys" \
    --ready-file "$dir/ready" "$@" >"$dir/sim.log" 2>&1 </dev/null &
pid=$!
tries=0
while [ ! -s "$dir/ready" ]; do
    if ! kill -0 "$pid" 2>/dev/null || [ "$tries" -ge 200 ]; then
        echo "shop_sim did not start:" >&2
        cat "$dir/sim.log" >&2
        kill "$pid" 2>/dev/null || true
        exit 1
    fi
    tries=$((tries + 1))
    sleep 0.05
done
http=$(sed -n 's/^http=//p' "$dir/ready")
https=$(sed -n 's/^https=//p' "$dir/ready")
echo "SIM_PID=$pid"
echo "SIM_HTTPS=https://127.0.0.1:$https"
echo "SIM_HTTP=http://127.0.0.1:$http"
echo "SIM_HTTPS_PORT=$https"
echo "SIM_HTTP_PORT=$http"
echo "SIM_CA='$dir/ca.pem'"
echo "SIM_KEYS='$dir'"
