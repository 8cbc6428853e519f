#!/usr/bin/env bash
# Runs the tests on the glibc and the JDKs of another Debian release, in a tree of its own. The tests are built over
# there; the library under test is this machine's, as users get it. Usage: other_glibc.sh RELEASE LIBRARY, as root.
# Called by ./dev test-glibc.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/debian.sh
. deploy/debian.sh
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: another release of Debian needs root"; exit 77; }
release=$1 library=$(realpath "$2")
work=$PWD/build/other-glibc
build=$work/$release
mkdir -p "$build"

# Old releases have too old a CMake.
if [ ! -e "$work/cmake" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q --disable-pip-version-check download --no-deps -d "$work" cmake==3.31.6
    python3 -m zipfile -e "$work"/cmake-*.whl "$work/unpacked"
    chmod a+x "$work"/unpacked/cmake/data/bin/*
    mv "$work/unpacked/cmake/data" "$work/cmake"
fi
tree=$(debian_tree "$release" "$(dpkg --print-architecture)")

code=0
# shellcheck disable=SC2016 # The arguments over there.
deploy/in_tree.sh "$tree" "" sh -euc 'ldd --version | head -n 1; ls /usr/lib/jvm; cd "$1"; PATH=$2:$PATH
    { cmake --preset release -B "$3" -DTRIM_BUILD_TESTS=ON && cmake --build "$3"; } >"$3.log" 2>&1 ||
        { tail -n 40 "$3.log"; exit 1; }
    "$3/test/library_tests" --gtest_brief=1' sh "$PWD" "$work/cmake/bin" "$build" || code=$?
[ $code -eq 77 ] && exit $code
cp "$library" "$build/libtrimagent.so"
# The machine's own tests ask for JDK 17, which not every release has. Only what did not pass, and the closing lines.
deploy/in_tree.sh "$tree" "" env GTEST_FILTER=-Machine.* "$work/cmake/bin/ctest" --test-dir "$build" -j 2 \
    --output-on-failure --no-tests=error >"$build.tests" || code=1
grep -vE '^ +Start |\. +Passed ' "$build.tests" || true
grep -o '^\[  SKIPPED \] [^ ]*' "$build/Testing/Temporary/LastTest.log" | sort -u || true
exit $code
