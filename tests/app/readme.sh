#!/bin/bash
# Every command of the README is run as written: the two commands for a clone are the test command itself and its stage `demo`; the
# program's own are taken from the README here and run one after the other under Wine, against the simulator in place of the README's
# shop.example. Only the shop's address and its throwaway certificate are put in.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/rig.sh
exec </dev/null
rig_begin
rig_shop || exit 1
rig_wine_begin || exit 1
mkdir -p "$rig_prefix/drive_c/Shopferry"

# The README's settings, with the simulator's address and certificate.
python3 - README.md "$rig_prefix/drive_c/settings.json" "${SIM_HTTPS/127.0.0.1/localhost}" "$(rig_windows_path "$SIM_CA")" <<'PY' || exit 1
import json, re, sys
readme, out, url, ca = sys.argv[1:]
settings = json.loads(re.search(r"```json\n(.*?)```", open(readme, encoding="utf-8").read(), re.S).group(1))
link = settings["companies"][0]["links"][0]
link["url"], link["ca_file"] = url, ca
json.dump(settings, open(out, "w"))
PY
# Its program commands, comments cut off.
python3 - README.md >"$rig/commands" <<'PY' || exit 1
import re, sys
for block in re.findall(r"```sh\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.S):
    for line in block.splitlines():
        line = line.split(" #")[0].rstrip()
        if line.startswith("shopferry "):
            print(line)
PY
grep -q 'tests/run.sh' README.md && grep -q 'tests/demo.sh' README.md || { echo "the README does not name the two commands"; exit 1; }
total=0
while IFS= read -r -u 9 line; do
    total=$((total + 1))
    input=/dev/null
    case $line in
    *consumer_key*) input=$SIM_KEYS/rw_key ;;
    *consumer_secret*) input=$SIM_KEYS/rw_secret ;;
    esac
    words=()
    for word in $line; do words+=("$word"); done
    (cd "$rig_prefix/drive_c" && rig_wine "${words[@]:1}" <"$input") >"$rig/out" 2>&1
    code=$?
    echo "exit $code: $line"
    if [ $code -ne 0 ]; then
        cat "$rig/out"
        exit 1
    fi
done 9<"$rig/commands"
[ "$total" -ge 9 ] || { echo "only $total commands were found in the README"; exit 1; }
rig_wine service stop || exit 1
python3 tests/support/both_sides.py --erp "$rig_prefix/drive_c/Shopferry/demo.db" --sim "$SIM_HTTP" --items --json || exit 1
echo "$total commands of the README were run"
