#!/bin/bash
# Installs what a build and its tests need on Debian 12 and what dpkg says is missing; nothing else. As root or through sudo.
# The one list of packages, each with its reason. bare.sh and demo.sh rely on it too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./apt.sh

packages=()
needs() {
    packages+=("$1")
}
needs gcc "native build"
needs libc6-dev "native build"
needs cmake "build"
needs ninja-build "build"
needs make "the recipe of SQLite for Windows"
needs clang "fuzz targets"
needs libclang-rt-14-dev "libFuzzer and the sanitizers of clang"
needs llvm-14 "readable traces of what a fuzz target finds"
needs clang-format "lint"
needs cppcheck "lint"
needs pmccabe "lint: length and complexity"
needs python3 "lint, replay of recorded exchanges, pictures of results"
needs gcc-mingw-w64-x86-64-win32 "Windows build"
needs wine64 "runs the Windows programs"
needs wine64-preloader "keeps the addresses Wine needs: without it about one start of 3,000 fails where Linux puts something there"
needs dpkg-dev "unpacks the source packages of the Windows libraries"
needs tcl "writes SQLite as one file"
needs libcurl4-openssl-dev "library: HTTP"
needs libsqlite3-dev "library: our state, and companies kept in SQLite"
needs sqlite3 "tests look into databases from outside; measured against"
needs libcjson-dev "library: JSON"
needs libxxhash-dev "library: digests"
needs libssl-dev "library: HMAC and digests on Linux"
needs libcmocka-dev "library: tests"
needs libmicrohttpd-dev "library: the shop simulator"
needs tzdata "schedules are tested in every time zone"
needs openssl "certificates of the shop simulator"
needs curl "tests speak to the shop simulator behind its back"
needs ca-certificates "HTTPS mirrors"
needs procps "the demo and the crash test look at processes"

missing=()
for p in "${packages[@]}"; do
    have_package "$p" || missing+=("$p")
done
if [ ${#missing[@]} = 0 ]; then
    echo "All ${#packages[@]} packages are installed."
    exit 0
fi
echo "Installing ${#missing[@]} of ${#packages[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
