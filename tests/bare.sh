#!/bin/bash
# A stranger's path: makes a bare Debian root, puts a fresh clone in it and runs the two commands of the README there as written. Prints the
# time of each. As root, or with sudo. The root is unmounted and deleted in any case.
#   tests/bare.sh             both commands
#   tests/bare.sh COMMAND     only this one, e.g. tests/bare.sh "tests/run.sh lint"
#   BARE_ROOT=/some/folder    where the root is made (a new folder under /var/tmp unless told)
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
. tests/support/apt.sh
if [ "$(id -u)" != 0 ]; then
    exec sudo -n --preserve-env=BARE_ROOT,FUZZ_SECONDS "$0" "$@"
fi
exec </dev/null
have_package debootstrap || { apt-get update -q && apt-get install -y -q --no-install-recommends debootstrap; } || exit 1

mkdir -p "${BARE_ROOT:-/var/tmp}"
root=$(mktemp -d "${BARE_ROOT:-/var/tmp}/shopferry-bare.XXXXXX") || exit 1
chmod 755 "$root"

# Processes whose root folder is ours, whatever their parent is.
inside() {
    local dir
    for dir in /proc/[0-9]*; do
        [ "$(readlink "$dir/root" 2>/dev/null)" = "$root" ] && echo "${dir#/proc/}"
    done
}

mounted() {
    awk -v r="$root/" 'index($5, r) == 1 { print $5 }' /proc/self/mountinfo
}

cleanup() {
    local pid try
    for pid in $(inside); do
        kill -KILL "$pid" 2>/dev/null
    done
    for try in 1 2 3 4 5; do
        [ -z "$(mounted)" ] && break
        # Deepest first.
        mounted | sort -r | while read -r m; do umount "$m" 2>/dev/null; done
        [ -z "$(mounted)" ] || sleep 1
    done
    if [ -n "$(mounted)" ]; then
        echo "bare: these are still mounted, so nothing is deleted:"
        mounted
        exit 1
    fi
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The release and the mirror of this very machine.
. /etc/os-release
mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/ && !/security/ && /debian/ { print $2; exit }')
[ -n "$mirror" ] || mirror=$(awk '$1 == "deb" && $0 !~ /security/ { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null)
[ -n "$mirror" ] || { echo "bare: this machine's apt sources name no mirror"; exit 1; }

start=$SECONDS
echo "== bare: a minimal Debian $VERSION_CODENAME"
log=$(mktemp)
include=
case $mirror in https:*) include=--include=ca-certificates ;; esac
debootstrap --variant=minbase $include "$VERSION_CODENAME" "$root" "$mirror" >"$log" 2>&1 || { tail -20 "$log"; rm -f "$log"; exit 1; }
rm -f "$log"
# The machine's own sources (Debian's, no third party's), proxies and name lookups.
rm -f "$root/etc/apt/sources.list"
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$f" ] && grep -hE '^deb .*debian' "$f" | grep -v 'signed-by=/usr/share/keyrings/[^d]' >>"$root/etc/apt/sources.list"
done
for f in /etc/apt/sources.list.d/*.sources; do
    [ -f "$f" ] && grep -q debian-archive-keyring "$f" && cp "$f" "$root/etc/apt/sources.list.d/"
done
for f in /etc/apt/apt.conf /etc/apt/apt.conf.d/*proxy*; do
    [ -f "$f" ] && cp "$f" "$root/etc/apt/apt.conf.d/"
done
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null
if [ -d /usr/local/share/ca-certificates ]; then
    mkdir -p "$root/usr/local/share"
    cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
fi

mount -t proc proc "$root/proc" || exit 1
for d in dev sys; do
    # Recursively: a Windows service does not start without /dev/shm. As slaves: unmounting here must not reach the machine's own.
    mount --rbind "/$d" "$root/$d" && mount --make-rslave "$root/$d" || exit 1
done
git clone -q --no-hardlinks . "$root/root/shopferry" || exit 1
echo "-- bare: ready after $((SECONDS - start)) s; commit $(git -C "$root/root/shopferry" rev-parse --short HEAD)"

failed=0
summary=()
run() {
    local start=$SECONDS code left
    echo
    echo "== bare: $1"
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb ${FUZZ_SECONDS:+FUZZ_SECONDS=$FUZZ_SECONDS} \
        ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} \
        chroot "$root" /bin/bash -c "cd /root/shopferry && $1"
    code=$?
    left=$(inside)
    [ -z "$left" ] || { echo "bare: processes left behind: $(for p in $left; do tr '\0' ' ' <"/proc/$p/cmdline"; echo ";"; done)"; code=1; }
    [ $code = 0 ] || failed=$((failed + 1))
    summary+=("bare: $1: $([ $code = 0 ] && echo green || echo "RED (exit $code)"), $((SECONDS - start)) s")
}

if [ $# -gt 0 ]; then
    run "$1"
else
    # As the README writes them.
    for command in tests/run.sh tests/demo.sh; do
        grep -q "$command" README.md || { echo "bare: README.md does not name $command"; failed=$((failed + 1)); }
        run "$command"
    done
fi
echo
printf '%s\n' "${summary[@]}"
[ "$failed" = 0 ]
