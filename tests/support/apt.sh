# Sourced: helpers around apt. Nothing here names a mirror; everything is derived from the machine's own sources.

# As root, or through sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# Is the package installed?
have_package() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# apt with its sources plus the same ones as source packages, in a folder of our own: the machine's /etc/apt stays as it is.
# Usage: apt_source_lists DIR   (writes DIR/sources.list.d, DIR/lists and DIR/apt.conf)
apt_source_lists() {
    local dir=$1 file
    mkdir -p "$dir/sources.list.d" "$dir/lists/partial" "$dir/archives/partial"
    : >"$dir/sources.list"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        # Only Debian's own lines: a third party's list need not have sources.
        grep -hE '^deb .*(debian|/debian-security)' "$file" | sed 's/^deb /deb-src /' >>"$dir/sources.list" || true
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        grep -q 'debian-archive-keyring' "$file" || continue
        sed 's/^Types:.*/Types: deb-src/' "$file" >"$dir/sources.list.d/$(basename "$file")"
    done
    cat >"$dir/apt.conf" <<EOF
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "$dir/sources.list.d";
Dir::State::Lists "$dir/lists";
Dir::Cache "$dir";
APT::Sandbox::User "root";
EOF
}
