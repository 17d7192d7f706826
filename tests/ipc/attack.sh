#!/bin/bash
# The long form of ipc/attack: a thousand half-open callers and then a minute of hostile frames, on named pipes as a Windows program under Wine
# and on a Unix socket. Prints what was sent, what came back, and the open handles before and after.
#   attack.sh                        60 seconds on each
#   attack.sh --seconds N --seed S   as long as one likes; a seed repeats the same choices
#   attack.sh --windows | --linux    one of the two
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/support/wine_prefix.sh
seconds=60 seed=$RANDOM windows=yes linux=yes
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2; shift ;;
    --seed) seed=$2; shift ;;
    --windows) linux=no ;;
    --linux) windows=no ;;
    *) sed -n '4,6s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
failed=0
echo "seed $seed"
if [ $linux = yes ]; then
    program=${SHOPFERRY_ATTACK_LINUX:-build/native/tests/ipc/test_ipc_attack}
    [ -x "$program" ] || tests/support/build.sh native test_ipc_attack || exit 1
    echo "Linux, a Unix socket:"
    timeout --kill-after=5 $((seconds + 120)) "$program" "$seconds" "$seed" || failed=1
fi
if [ $windows = yes ]; then
    program=${SHOPFERRY_ATTACK_WINDOWS:-build/mingw/tests/ipc/test_ipc_attack.exe}
    [ -f "$program" ] || tests/support/build.sh mingw test_ipc_attack || exit 1
    folder=$(mktemp -d)
    trap 'wine_stop "$folder/prefix"; rm -rf "$folder"' EXIT
    wine_prefix_new "$folder/prefix" >/dev/null || exit 1
    echo "Windows, named pipes, under Wine:"
    SHOPFERRY_WINEPREFIX=$folder/prefix SHOPFERRY_WINE_LIMIT=$((seconds + 120)) tests/support/wine_run.sh "$program" "$seconds" "$seed" || failed=1
fi
[ $failed = 0 ] && echo "the pipe held" || echo "the pipe did not hold"
exit $failed
