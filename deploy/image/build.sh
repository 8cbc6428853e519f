#!/usr/bin/env bash
# Builds the image that an init container copies the library from, for one processor or for both: the library, trimctl,
# which is beside it, a static busybox, their licences. Usage: build.sh VERSION DIRECTORY LIBRARY [LIBRARY-FOR-AARCH64]. Called by ./dev image.
#
# Leaves the image trimagent:VERSION of this machine's kind in buildah's storage and as DIRECTORY/trimagent-image.tar,
# which docker load, podman load and skopeo read; with two libraries, trimagent-image-arm64.tar as well, and both under
# one name, as an OCI index, in trimagent-index.tar.
set -euo pipefail
version=$1 directory=$2 library=$3 foreign=${4:-}
repository=$(realpath "$(dirname "$0")/../..")
# shellcheck source=deploy/debian.sh
. "$repository/deploy/debian.sh"
work=$(mktemp -d)
containers=()
index=localhost/trimagent-index:$version
finish() {
    rm -rf "$work"
    [ ${#containers[@]} -eq 0 ] || buildah rm "${containers[@]}" >/dev/null
}
trap finish EXIT

# Makes the image NAME for ARCHITECTURE of LIBRARY, stripped by STRIP, and the files of a busybox below ROOT.
image() {
    local name=$1 architecture=$2 library=$3 strip=$4 root=$5 tree=$work/$2 container archive
    mkdir -p "$tree/bin" "$tree/licenses"
    "$strip" --strip-unneeded -o "$tree/libtrimagent.so" "$library"
    "$strip" --strip-unneeded -o "$tree/trimctl" "$(dirname "$library")/trimctl"
    install -m 755 "$root/bin/busybox" "$tree/bin/busybox"
    ln -s busybox "$tree/bin/cp"
    ln -s busybox "$tree/bin/sh"
    install -m 644 "$repository/LICENSE" "$tree/licenses/trimagent"
    install -m 644 "$root/usr/share/doc/busybox-static/copyright" "$tree/licenses/busybox"
    chmod 755 "$tree" "$tree/libtrimagent.so" "$tree/trimctl"

    container=$(buildah from --arch "$architecture" scratch)
    containers+=("$container")
    buildah copy --quiet "$container" "$tree" / >/dev/null
    buildah config --arch "$architecture" --cmd '["cp", "/libtrimagent.so", "/trimagent/"]' --env PATH=/bin \
        --label org.opencontainers.image.title=trimagent --label "org.opencontainers.image.version=$version" \
        --label "org.opencontainers.image.description=Gives a JVM's freed native memory back: of glibc's malloc, jemalloc, tcmalloc and mimalloc" \
        --label 'org.opencontainers.image.licenses=Apache-2.0 AND GPL-2.0-only AND LGPL-2.1-or-later' "$container"
    # Without the time of the build in it, the same library makes the same image.
    buildah commit --quiet --timestamp 0 "$container" "localhost/$name:$version" >/dev/null
    archive=$directory/$name-image.tar
    [ "$name" = trimagent ] || archive=$directory/trimagent-image-$architecture.tar
    rm -f "$archive"
    buildah push --quiet "localhost/$name:$version" "docker-archive:$archive:trimagent:$version"
    echo "$archive: trimagent:$version for $architecture, $(du -k "$archive" | cut -f 1) KiB"
}

image trimagent "$(dpkg --print-architecture)" "$library" strip /
[ -n "$foreign" ] || exit 0
unpack_package bookworm arm64 busybox-static "$repository/build/aarch64-debian/busybox"
image trimagent-arm64 arm64 "$foreign" aarch64-linux-gnu-strip "$repository/build/aarch64-debian/busybox"
buildah manifest rm "$index" >/dev/null 2>&1 || true
buildah manifest create "$index" >/dev/null
buildah manifest add "$index" "localhost/trimagent:$version" >/dev/null
buildah manifest add "$index" "localhost/trimagent-arm64:$version" >/dev/null
rm -f "$directory/trimagent-index.tar"
buildah manifest push --quiet --all "$index" "oci-archive:$directory/trimagent-index.tar:trimagent:$version"
echo "$directory/trimagent-index.tar: trimagent:$version for both, $(du -k "$directory/trimagent-index.tar" | cut -f 1) KiB"
