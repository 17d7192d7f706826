#!/bin/bash
# The test command: on a Debian 12 machine, as root or with sudo, installs what is missing, builds everything, runs every test and says what
# it did. The last line is "N passed, N failed"; the exit code is 0 only when nothing failed. It never stops at the first failure and leaves
# no process behind.
#   tests/run.sh              everything
#   tests/run.sh STAGE ...    only these stages of the table below (see --list), e.g. tests/run.sh native lint
#   FUZZ_SECONDS=60           seconds for each fuzz target
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
exec </dev/null
export LC_ALL=C.UTF-8 HOME="${HOME:-/root}"
unset DISPLAY CDPATH

# The table: stage, command, what it is. A stage whose script is missing has failed.
# "ctest PRESET" counts each of its tests (the replay of recorded exchanges, sim/replay, is one of them); every other stage counts as one.
stages() {
    cat <<'TABLE'
install        | tests/support/install.sh                 | install what is missing
prefix         | common/cmake/windows_prefix.sh           | libraries for the Windows programs
lint           | tests/lint/run.sh                        | lint
lint-selftest  | tests/lint/selftest.sh                   | the lint finds one planted violation of each kind
build-native   | tests/support/build.sh native            | build for Linux
native         | ctest native                             | tests on Linux
build-asan     | tests/support/build.sh asan              | build with address and undefined-behaviour sanitizers
asan           | ctest asan                               | the same tests with these sanitizers
build-tsan     | tests/support/build.sh tsan              | build with the thread sanitizer
tsan           | ctest tsan                               | tests with threads, with this sanitizer
build-mingw    | tests/support/build.sh mingw             | build for Windows
mingw          | ctest mingw                              | the same tests as Windows programs, through Wine
build-release  | tests/support/build.sh release           | build for Windows as shipped
release        | tests/support/release_check.sh           | the shipped program is stripped and hardened
demo           | tests/demo.sh                            | the main job, with the service under Wine
readme         | tests/app/readme.sh                      | every command of the README, as written
kill-linux     | tests/engine/kill_native.sh --short      | the Linux program killed at random while it works
kill-windows   | tests/wine/crash.sh --short              | the Windows program killed at random while it works
chaos          | tests/engine/chaos.sh --short            | orders arrive at random while every fifth request fails
window         | tests/engine/window.sh                   | how long a sale can be overwritten, and the next cycle corrects it
bench          | tests/bench/run.sh --small               | the benchmark runs, and no request is made too many
fuzz           | tests/support/fuzz_run.sh $FUZZ_SECONDS  | fuzz targets
capabilities   | tests/lint/capabilities.sh               | each capability is shown by a test that ran
processes      | no_process_left                          | no process is left behind
TABLE
}
export FUZZ_SECONDS=${FUZZ_SECONDS:-60}

if [ "${1-}" = --list ]; then
    stages
    exit 0
fi
results=$PWD/build/results
rm -rf "$results"
mkdir -p "$results"
ran=$results/ran.txt # one line for each thing that ran: "passed|failed name seconds"; read by capabilities.sh
: >"$ran"

# Every process we start carries this mark in its environment, so the end can tell ours from others.
export SHOPFERRY_RUN=run-$$-$(date +%s)
# A Wine prefix of this run alone: no other run can disturb it, and it is deleted at the end.
. tests/support/wine_prefix.sh
wine_dir=$sf_cache/wine/run-$$
export SHOPFERRY_WINEPREFIX=$wine_dir

cleanup() {
    [ -d "$wine_dir" ] && wine_stop "$wine_dir"
    rm -rf "$wine_dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

marked_processes() {
    local dir pid
    for dir in /proc/[0-9]*; do
        pid=${dir#/proc/}
        # This shell and the helpers of this very loop are not what is looked for.
        [ "$pid" = $$ ] || [ "$pid" = "$BASHPID" ] && continue
        if grep -qzx "SHOPFERRY_RUN=$SHOPFERRY_RUN" "$dir/environ" 2>/dev/null; then
            echo "$pid $(tr '\0' ' ' <"$dir/cmdline" 2>/dev/null)"
        fi
    done
}

no_process_left() {
    local left try
    cleanup
    # What is on its way out gets a few seconds.
    for try in 1 2 3 4 5 6 7 8 9 10; do
        left=$(marked_processes | grep -v ' grep ' | while read -r pid rest; do
            [ -d "/proc/$pid" ] && ! own_shell "$pid" && echo "$pid $rest"
        done)
        [ -z "$left" ] && echo "no process of this run is left" && return 0
        sleep 0.5
    done
    echo "still running after $try looks:"
    echo "$left"
    while read -r pid rest; do
        kill -KILL "$pid" 2>/dev/null
    done <<<"$left"
    return 1
}

# Is it this script or a subshell of it?
own_shell() {
    local pid=$1
    while [ "${pid:-0}" -gt 1 ]; do
        [ "$pid" = $$ ] && return 0
        pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
    done
    return 1
}

passed=0
failed=0
failures=()

record() { # passed|failed, name, seconds
    echo "$1 $2 $3" >>"$ran"
    if [ "$1" = passed ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures+=("$2")
    fi
}

run_ctest() { # preset, log: counts each test, from ctest's own record
    local preset=$1 log=$2 status name seconds junit=$results/$1.xml
    if [ "$preset" = mingw ] && [ ! -d "$wine_dir" ]; then
        wine_prefix_new "$wine_dir" >/dev/null || return 1
        # Kept alive between the tests: starting it costs more than most tests.
        WINEPREFIX=$wine_dir "$sf_wineserver" -p600 || true
    fi
    ctest --preset "$preset" --output-junit "$junit" >"$log" 2>&1
    status=$?
    [ -s "$junit" ] || return 1
    local before=$failed count=0
    while read -r verdict name seconds; do
        count=$((count + 1))
        record "$verdict" "$preset:$name" "$seconds"
    done < <(python3 tests/support/junit.py "$junit")
    if [ "$failed" -gt "$before" ]; then
        sed -n '/The following tests FAILED/,$p' "$log"
        python3 tests/support/junit.py --failures "$junit"
    fi
    echo "$preset: $((count - failed + before)) of $count tests passed"
    [ "$count" -gt 0 ] && { [ "$status" = 0 ] || [ "$failed" -gt "$before" ]; }
}

run_stage() {
    local name=$1 command=$2 title=$3 start=$SECONDS log=$results/$1.log code
    echo
    echo "== $name: $title"
    case $command in
    ctest\ *)
        run_ctest "${command#ctest }" "$log"
        code=$?
        # Its tests are counted one by one; the stage itself only when ctest could not do its work.
        [ "$code" = 0 ] || record failed "$name" $((SECONDS - start))
        ;;
    no_process_left)
        no_process_left
        code=$?
        [ "$code" = 0 ] && record passed "$name" $((SECONDS - start)) || record failed "$name" $((SECONDS - start))
        ;;
    *)
        if [ ! -x "${command%% *}" ]; then
            echo "${command%% *} does not exist" | tee "$log"
            code=127
        else
            # shellcheck disable=SC2086 -- the table's words
            $command >"$log" 2>&1
            code=$?
        fi
        if [ "$code" = 0 ]; then
            record passed "$name" $((SECONDS - start))
            tail -n 40 "$log"
        else
            record failed "$name" $((SECONDS - start))
            tail -n 200 "$log"
        fi
        ;;
    esac
    echo "-- $name: $([ "$code" = 0 ] && echo done || echo FAILED), $((SECONDS - start)) s"
}

echo "Shopferry tests, $(date -u +%Y-%m-%dT%H:%M:%SZ), $(nproc) processors; details in build/results/"
while IFS='|' read -r name command title; do
    name=$(echo $name)
    command=$(eval "echo $command")
    title=$(echo $title)
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    run_stage "$name" "$command" "$title"
done < <(stages)

echo
echo "All stages took $SECONDS s."
for f in "${failures[@]}"; do
    echo "FAILED: $f"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
