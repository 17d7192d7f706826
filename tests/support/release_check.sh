#!/bin/bash
# The programs of the release build: hardened, stripped, and in need of nothing but Windows itself.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bad=0
say() {
    echo "$1"
    bad=1
}
programs=$(ls build/release/bin/shopferry*.exe 2>/dev/null)
[ -n "$programs" ] || say "there is no program in build/release/bin"
for exe in $programs; do
    head=$(x86_64-w64-mingw32-objdump -p "$exe")
    for flag in DYNAMIC_BASE HIGH_ENTROPY_VA NX_COMPAT; do
        grep -q "$flag" <<<"$head" || say "$exe: no $flag"
    done
    # Without relocations the loader cannot move it, whatever the flag says.
    x86_64-w64-mingw32-objdump -h "$exe" | grep -q '\.reloc' || say "$exe: no relocations"
    x86_64-w64-mingw32-nm "$exe" 2>&1 | grep -q 'no symbols' || say "$exe: not stripped"
    grep -aq 'stack smashing detected' "$exe" || say "$exe: no stack protector"
    for dll in $(sed -n 's/^\tDLL Name: //p' <<<"$head" | tr 'A-Z' 'a-z'); do
        case $dll in
        kernel32.dll | advapi32.dll | msvcrt.dll | ws2_32.dll | crypt32.dll | bcrypt.dll | normaliz.dll | shell32.dll | ole32.dll | \
            user32.dll | secur32.dll | shlwapi.dll | psapi.dll) ;;
        *) say "$exe: needs $dll" ;;
        esac
    done
    echo "$exe: $(stat -c %s "$exe") bytes"
done
exit $bad
