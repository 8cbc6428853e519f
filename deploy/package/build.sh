#!/usr/bin/env bash
# Builds the packages, .deb, .rpm and a tarball, of the PRESETS, in build/PRESET/packages. Called by ./dev package.
# Usage: build.sh PRESET...
set -euo pipefail
cd "$(dirname "$0")/../.."

# Packs with GENERATOR what is installed into LIBRARY_DIRECTORY below the prefix.
pack() {
    local preset=$1 generator=$2 directory=$3 output
    shift 3
    output=$({
        cmake --preset "$preset" "-DCMAKE_INSTALL_LIBDIR=$directory" "$@"
        cmake --build --preset "$preset"
        (cd "build/$preset" && cpack -G "$generator")
    } 2>&1) || { echo "$output"; return 1; }
}

for preset in "$@"; do
    case $preset in
    package) compiler=gcc ;;
    package-aarch64) compiler=aarch64-linux-gnu-gcc ;;
    esac
    packages=build/$preset/packages
    rm -rf "$packages"
    pack "$preset" DEB "lib/$("$compiler" -print-multiarch)" -DTRIM_DEBIAN_LAYOUT=ON
    pack "$preset" RPM lib64 -DTRIM_DEBIAN_LAYOUT=OFF
    pack "$preset" TGZ lib -DTRIM_DEBIAN_LAYOUT=OFF
    rm -rf "$packages/_CPack_Packages"
    ls -l "$packages"
done
