#!/usr/bin/env bash
# The image of the init container: small, and its own command copies a library that a JVM starts with.
# Usage: image.sh LIBRARY VERSION
set -euo pipefail
library=$(realpath "$1") version=$2
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

deploy/image/build.sh "$library" "$version" "$archive"
[ "$(stat -c %s "$archive")" -lt $((4 << 20)) ] || fail "the image is larger than 4 MiB"
container=$(buildah from --pull-never "localhost/trimagent:$version")
trap 'buildah rm "$container" >/dev/null; unmount_containers' EXIT
root=$(buildah mount "$container")
find "$root" -mindepth 1 -printf '/%P\n' | sort
# The copy as the manifests have it, without a container around it.
mkdir "$root/trimagent"
chroot "$root" /bin/cp /libtrimagent.so /trimagent/
cp "$root/trimagent/libtrimagent.so" "$work/mount/"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" "-agentpath:$work/mount/libtrimagent.so" -version 2>&1 | grep -F "trimagent $version: glibc" ||
    fail "a JVM does not start with the library of the image"
