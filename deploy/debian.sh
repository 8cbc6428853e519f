# shellcheck shell=bash
# Sourced: packages of Debian for other processors or of other releases, unpacked without being installed.

# The mirror that apt uses itself.
debian_mirror() {
    # shellcheck disable=SC2016 # apt fills it in.
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p
}

# Unpacks one PACKAGE of a RELEASE for an ARCHITECTURE into DIRECTORY; once.
unpack_package() {
    local release=$1 architecture=$2 package=$3 directory=$4 state apt
    [ ! -e "$directory" ] || return 0
    state=$(mktemp -d)
    mkdir "$state/lists"
    echo "deb $(debian_mirror) $release main" >"$state/sources"
    # As root and not as a user of its own, since nobody else can write here.
    apt=(apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Sandbox::User=root
        -o Dir::Etc::SourceList="$state/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$state/lists"
        -o Dir::Cache="$state")
    (cd "$state" && "${apt[@]}" update && "${apt[@]}" download "$package" && dpkg-deb -x ./*.deb tree) >"$state/log" 2>&1 ||
        { cat "$state/log"; rm -rf "$state"; return 1; }
    mkdir -p "$(dirname "$directory")"
    mv "$state/tree" "$directory"
    rm -rf "$state"
}

# Unpacks PACKAGES, joined by commas, with all that they need, likewise.
unpack_tree() {
    local release=$1 architecture=$2 packages=$3 directory=$4 package
    [ "$(cat "$directory.packages" 2>/dev/null)" != "$packages" ] || return 0
    rm -rf "$directory"
    mkdir -p "$directory"
    debootstrap --foreign --variant=minbase --arch="$architecture" --include="$packages" "$release" "$directory" \
        "$(debian_mirror)" >"$directory.log" 2>&1 || { tail "$directory.log"; return 1; }
    for package in "$directory"/var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" "$directory"; done
    echo "$packages" >"$directory.packages"
}
