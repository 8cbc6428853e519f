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

# The tree of a RELEASE for an ARCHITECTURE with each JDK that it has, below build/debian; its directory is printed.
debian_tree() {
    local release=$1 architecture=$2 jdks packages version
    case $release in
    bullseye) jdks="11 17" ;;
    bookworm) jdks="17" ;;
    trixie) jdks="21 25" ;;
    sid) jdks="8 11 17 21 25 26" ;;
    *) echo "no such release: $release" >&2 && return 2 ;;
    esac
    # Tests are built in this processor's trees, and run in all.
    packages=libstdc++6,musl,procps
    [ "$architecture" != "$(dpkg --print-architecture)" ] ||
        packages=$packages,ninja-build,gcc,g++,libc6-dev,libgtest-dev,libgmock-dev,binutils,libjemalloc2,libjna-java,python3
    for version in $jdks; do packages=$packages,openjdk-$version-jdk-headless; done
    mkdir -p build/debian
    unpack_tree "$release" "$architecture" "$packages" "$PWD/build/debian/$release-$architecture" >&2 || return 1
    echo "$PWD/build/debian/$release-$architecture"
}

# qemu for AArch64's programs; its path is printed. Debian 12's crashes on newer kernels.
debian_qemu() {
    unpack_package trixie "$(dpkg --print-architecture)" qemu-user "$PWD/build/debian/qemu" >&2 || return 1
    echo "$PWD/build/debian/qemu/usr/bin/qemu-aarch64"
}

# In a namespace of users and mounts of the caller's own, to whom Linux 6.7 gives a binfmt_misc of its own: has the kernel
# start AArch64's programs by qemu, for us and for nobody else.
start_aarch64_by() {
    local magic mask
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>/dev/null || return 1
    magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    echo ":aarch64:M::$magic:$mask:$1:F" >/proc/sys/fs/binfmt_misc/register
}
