#!/bin/bash
# Configures and builds presets: build.sh PRESET [TARGET ...]. Quiet when it goes well, the whole output when it does not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
preset=$1
shift
log=build/results/build-$preset.log
mkdir -p build/results
targets=()
[ $# = 0 ] || targets=(--target "$@")
if cmake --preset "$preset" >"$log" 2>&1 && cmake --build --preset "$preset" "${targets[@]}" -- -k 0 >>"$log" 2>&1; then
    echo "built: $preset"
else
    grep -E -A3 'error:|CMake Error|undefined reference' "$log" | head -150
    echo "build of $preset failed; the whole output is in $log"
    exit 1
fi
