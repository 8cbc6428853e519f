#!/usr/bin/env bash
# Builds the packages: .deb, .rpm and a tarball, in build/package/packages. Called by ./dev package.
set -euo pipefail
cd "$(dirname "$0")/../.."
packages=build/package/packages
rm -rf "$packages"

# Packs with GENERATOR what is installed into LIBRARY_DIRECTORY below the prefix.
pack() {
    local generator=$1 directory=$2 output
    shift 2
    output=$({
        cmake --preset package "-DCMAKE_INSTALL_LIBDIR=$directory" "$@"
        cmake --build --preset package
        (cd build/package && cpack -G "$generator")
    } 2>&1) || { echo "$output"; return 1; }
}

pack DEB "lib/$(gcc -print-multiarch)" -DTRIM_DEBIAN_LAYOUT=ON
pack RPM lib64 -DTRIM_DEBIAN_LAYOUT=OFF
pack TGZ lib -DTRIM_DEBIAN_LAYOUT=OFF
rm -rf "$packages/_CPack_Packages"
ls -l "$packages"
