#!/usr/bin/env bash
# Runs the tests on the glibc of another Debian release, in a tree of its own that debootstrap makes. The tests are built
# over there; the library under test is this machine's, as users get it. Usage:
# other_glibc.sh RELEASE LIBRARY PACKAGE..., as root, where the PACKAGEs are JDKs. Called by ./dev test-glibc.
set -euo pipefail
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: another release of Debian needs root"; exit 77; }
reason=$(unshare --mount --propagation private true 2>&1) ||
    { echo "SKIPPED: mounts of its own, which another release of Debian needs, are forbidden here: $reason"; exit 77; }
# With mounts that end with this script, whatever happens to it.
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=yes exec unshare --mount --propagation private "$(realpath "$0")" "$@"
release=$1 library=$(realpath "$2")
shift 2
packages=(ninja-build gcc g++ libc6-dev libgtest-dev libgmock-dev binutils libjemalloc2 libjna-java procps "$@")
cd "$(dirname "$0")/.."
work=$PWD/build/other-glibc
tree=$work/$release
mkdir -p "$work"

# Old releases have too old a CMake.
if [ ! -e "$work/cmake" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q --disable-pip-version-check download --no-deps -d "$work" cmake==3.31.6
    python3 -m zipfile -e "$work"/cmake-*.whl "$work/unpacked"
    chmod a+x "$work"/unpacked/cmake/data/bin/*
    mv "$work/unpacked/cmake/data" "$work/cmake"
fi

made=yes
[ "$(cat "$tree.packages" 2>/dev/null)" = "${packages[*]}" ] || made=
if [ -z "$made" ]; then
    rm -rf --one-file-system "$tree"
    # The mirror that apt uses itself.
    # shellcheck disable=SC2016 # apt fills it in.
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
    debootstrap --variant=minbase "$release" "$tree" "$mirror" >"$tree.log" 2>&1 || { tail "$tree.log"; exit 1; }
fi
for place in proc sys dev; do mount --rbind "/$place" "$tree/$place"; done
if [ -z "$made" ]; then
    chroot "$tree" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${packages[@]}" \
        >>"$tree.log" 2>&1 || { tail "$tree.log"; exit 1; }
    echo "${packages[*]}" >"$tree.packages"
fi

rm -rf "$tree/trimagent" "$tree/opt/cmake"
mkdir "$tree/trimagent"
cp -r "$work/cmake" "$tree/opt/cmake"
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$tree/trimagent"
code=0
# shellcheck disable=SC2016 # The PATH over there.
chroot "$tree" sh -c 'ldd --version | head -n 1; ls /usr/lib/jvm; cd /trimagent && PATH=/opt/cmake/bin:$PATH &&
    { cmake --preset release && cmake --build --preset release; } >build.log 2>&1 || { tail -n 40 build.log; exit 1; }'
chroot "$tree" /trimagent/build/release/test/library_tests --gtest_brief=1 || code=1
cp "$library" "$tree/trimagent/build/release/libtrimagent.so"
# The machine's own tests ask for JDK 17, which not every release has. Only what did not pass, and the closing lines.
# shellcheck disable=SC2016 # The PATH over there.
chroot "$tree" sh -c 'cd /trimagent && PATH=/opt/cmake/bin:$PATH GTEST_FILTER=-Machine.* ctest --preset release' \
    >"$tree.tests" || code=1
grep -vE '^ +Start |\. +Passed ' "$tree.tests" || true
grep -o '^\[  SKIPPED \] [^ ]*' "$tree/trimagent/build/release/Testing/Temporary/LastTest.log" | sort -u || true
exit $code
