#!/usr/bin/env bash
# Builds the image that an init container copies the library from: the library, trimctl, which is beside it, a static
# busybox, their licences.
# Usage: build.sh LIBRARY VERSION ARCHIVE. Leaves the image trimagent:VERSION in buildah's storage and as ARCHIVE,
# which docker load, podman load and skopeo read. Called by ./dev image.
set -euo pipefail
library=$1 version=$2 archive=$3
repository=$(realpath "$(dirname "$0")/../..")
tree=$(mktemp -d)
container=
finish() {
    rm -rf "$tree"
    [ -z "$container" ] || buildah rm "$container" >/dev/null
}
trap finish EXIT

mkdir -p "$tree/bin" "$tree/licenses"
strip --strip-unneeded -o "$tree/libtrimagent.so" "$library"
strip --strip-unneeded -o "$tree/trimctl" "$(dirname "$library")/trimctl"
install -m 755 /bin/busybox "$tree/bin/busybox"
ln -s busybox "$tree/bin/cp"
ln -s busybox "$tree/bin/sh"
install -m 644 "$repository/LICENSE" "$tree/licenses/trimagent"
install -m 644 /usr/share/doc/busybox-static/copyright "$tree/licenses/busybox"
chmod 755 "$tree" "$tree/libtrimagent.so" "$tree/trimctl"

container=$(buildah from scratch)
buildah copy --quiet "$container" "$tree" / >/dev/null
buildah config --cmd '["cp", "/libtrimagent.so", "/trimagent/"]' --env PATH=/bin \
    --label org.opencontainers.image.title=trimagent --label "org.opencontainers.image.version=$version" \
    --label 'org.opencontainers.image.licenses=Apache-2.0 AND GPL-2.0-only AND LGPL-2.1-or-later' "$container"
# Without the time of the build in it, the same library makes the same image.
buildah commit --quiet --timestamp 0 "$container" "localhost/trimagent:$version" >/dev/null
rm -f "$archive"
buildah push --quiet "localhost/trimagent:$version" "docker-archive:$archive:trimagent:$version"
echo "$archive: trimagent:$version, $(du -k "$archive" | cut -f 1) KiB"
