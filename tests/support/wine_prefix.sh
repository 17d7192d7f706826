#!/bin/bash
# Makes Wine prefixes for tests. One template is built once (Windows 10, no crash debugger, no start menu) and kept in the cache; others are
# copies of it.
#   wine_prefix.sh            prints the folder of the shared test prefix, building it when it is missing
#   wine_prefix.sh NEW_DIR    copies the template to NEW_DIR (which must not exist) and prints it
# Sourced, it gives the variables and functions below without doing anything.
sf_cache=${SHOPFERRY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shopferry}
sf_wine_version=1
# The loader itself: the wrapper in /usr/bin prints advice about 32-bit packages we do not need.
# Found when it is not installed yet, too: tests/run.sh reads this file before it installs anything.
sf_wine=/usr/lib/wine/wine64
sf_wineserver=/usr/lib/wine/wineserver64
if [ ! -x "$sf_wine" ] && command -v wine >/dev/null; then
    sf_wine=wine
    sf_wineserver=wineserver
fi
export WINEDEBUG=${WINEDEBUG:--all}
# No browser engine, no .NET, no desktop files: asking for them would open a window or the network.
export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"
unset DISPLAY WAYLAND_DISPLAY

# Ends every program of a prefix and waits for its server.
wine_stop() {
    WINEPREFIX=$1 timeout 20 "$sf_wineserver" -k >/dev/null 2>&1 || true
    WINEPREFIX=$1 timeout 20 "$sf_wineserver" -w >/dev/null 2>&1 || true
}

wine_template() {
    local template=$sf_cache/wine/template-$sf_wine_version
    if [ -f "$template/ready" ]; then
        echo "$template"
        return 0
    fi
    mkdir -p "$sf_cache/wine"
    (
        flock 8
        [ -f "$template/ready" ] && exit 0
        rm -rf "$template.new"
        export WINEPREFIX=$template.new WINEARCH=win64
        timeout 180 "$sf_wine" wineboot -i || exit 1
        reg() { timeout 30 "$sf_wine" reg add "$@" /f; }
        reg 'HKCU\Software\Wine' /v Version /d win10 &&
            reg 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug' /v Auto /d 0 &&
            reg 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug' /v Debugger /d '' &&
            reg 'HKCU\Software\Wine\WineDbg' /v ShowCrashDialog /t REG_DWORD /d 0 || exit 1
        timeout 60 "$sf_wineserver" -w
        touch "$template.new/ready"
        rm -rf "$template"
        mv "$template.new" "$template"
    ) 8>"$sf_cache/wine/lock" >"$sf_cache/wine/template.log" 2>&1 </dev/null || {
        cat "$sf_cache/wine/template.log" >&2
        return 1
    }
    echo "$template"
}

# Copies the template to $1.
wine_prefix_new() {
    local template
    template=$(wine_template) || return 1
    [ ! -e "$1" ] || { echo "wine_prefix: $1 exists already" >&2; return 1; }
    mkdir -p "$(dirname "$1")"
    cp -a "$template" "$1.$$" && mv "$1.$$" "$1" && echo "$1"
}

# The prefix that ctest uses when nobody says otherwise.
wine_prefix_shared() {
    local shared=$sf_cache/wine/shared-$sf_wine_version
    mkdir -p "$sf_cache/wine"
    (
        flock 7
        [ -f "$shared/ready" ] || wine_prefix_new "$shared" 7>&-
    ) 7>"$sf_cache/wine/shared.lock" >/dev/null || return 1
    echo "$shared"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    if [ $# -gt 0 ]; then
        wine_prefix_new "$1"
    else
        wine_prefix_shared
    fi
fi
