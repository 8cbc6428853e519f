#!/usr/bin/env bash
# The image of the init container: small, and its own command copies a library that a JVM starts with. The index has
# one for each processor. Usage: image.sh VERSION LIBRARY LIBRARY-FOR-AARCH64
set -euo pipefail
version=$1 library=$(realpath "$2") foreign=$(realpath "$3")
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
[ "$(id -u)" -eq 0 ] || skip "buildah works as root here only"
# shellcheck source=deploy/kubernetes/containers.sh
. deploy/kubernetes/containers.sh
reason=$(why_no_containers)
[ -z "$reason" ] || skip "$reason"
archive=$PWD/build/deploy/trimagent-image.tar
work=$PWD/build/deploy/image
rm -rf "$work"
mkdir -p "$work/mount"

deploy/image/build.sh "$version" "$PWD/build/deploy" "$library" "$foreign"
[ "$(stat -c %s "$archive")" -lt $((4 << 20)) ] || fail "the image is larger than 4 MiB"
container=$(buildah from --pull-never "localhost/trimagent:$version")
trap 'buildah rm "$container" >/dev/null; unmount_containers' EXIT
root=$(buildah mount "$container")
find "$root" -mindepth 1 -printf '/%P\n' | sort
# The copy as the manifests have it, without a container around it.
mkdir "$root/trimagent"
chroot "$root" /bin/cp /libtrimagent.so /trimagent/
cp "$root/trimagent/libtrimagent.so" "$work/mount/"
[ "$(chroot "$root" /trimctl --version)" = "trimctl $version" ] || fail "trimctl does not run in the image"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" "-agentpath:$work/mount/libtrimagent.so=log-level=debug" -version 2>&1 | grep -F "trimagent $version: glibc" ||
    fail "a JVM does not start with the library of the image"

# What a machine of each kind would get of the index.
for kind in amd64:X86-64 arm64:AArch64; do
    taken=$work/${kind%:*}
    one=$(buildah from --quiet --pull-never --arch "${kind%:*}" "oci-archive:$PWD/build/deploy/trimagent-index.tar")
    root=$(buildah mount "$one")
    cp "$root/libtrimagent.so" "$taken.so"
    cp "$root/bin/busybox" "$taken.busybox"
    buildah rm "$one" >/dev/null
    for file in "$taken.so" "$taken.busybox"; do
        LC_ALL=C readelf --file-header "$file" | grep -q "Machine:.*${kind#*:}" || fail "$file is not for ${kind%:*}"
    done
    echo "in the index: ${kind%:*}"
done
