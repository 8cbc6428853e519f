#!/usr/bin/env bash
# The packages: lintian finds no errors; each is installed, a JVM runs with its library, and the .deb goes again.
# Usage: package.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
[ "$(id -u)" -eq 0 ] || skip "installing a package needs root"
! dpkg-query -W trimagent >/dev/null 2>&1 || skip "trimagent is installed here; the test would replace and remove it"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$(sed -n 's/^project(trimagent VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
library=/usr/lib/$(gcc -print-multiarch)/libtrimagent.so
work=$PWD/build/deploy/package
rm -rf "$work"
mkdir -p "$work/rpm" "$work/tarball"

deploy/package/build.sh package package-aarch64
packages=build/package/packages foreign=build/package-aarch64/packages
(cd "$packages" && sha256sum --quiet --check ./*.sha256)
(cd "$foreign" && sha256sum --quiet --check ./*.sha256)
echo "lintian:"
lintian --allow-root --fail-on error "$packages"/*.deb "$foreign"/*.deb || fail "lintian"

# The packages for AArch64 say so, and hold such a library.
for_aarch64() {
    local library=$work/$1$2
    [ -f "$library" ] || fail "no $2 in the $1 for AArch64"
    LC_ALL=C readelf --file-header "$library" | grep -q 'Machine: *AArch64' || fail "the $1 for AArch64 holds another's library"
    echo "for AArch64: $1, $(stat -c %s "$library") bytes"
}
expect_field() {
    [ "$2" = "$3" ] || fail "$1 is $2 and not $3"
}
expect_field "the .deb's Architecture" "$(dpkg-deb --field "$foreign"/*.deb Architecture)" arm64
expect_field "the .rpm's architecture" "$(rpm -qp --queryformat '%{ARCH}' "$foreign"/*.rpm)" aarch64
mkdir "$work/foreign-deb" "$work/foreign-rpm" "$work/foreign-tarball"
dpkg-deb -x "$foreign"/*.deb "$work/foreign-deb"
(cd "$work/foreign-rpm" && rpm2cpio "$OLDPWD/$foreign"/*.rpm | cpio -id --quiet)
tar -C "$work/foreign-tarball" -xzf "$foreign"/*.tar.gz
for_aarch64 foreign-deb /usr/lib/aarch64-linux-gnu/libtrimagent.so
for_aarch64 foreign-rpm /usr/lib64/libtrimagent.so
for_aarch64 foreign-tarball "/trimagent-$version-Linux-aarch64/lib/libtrimagent.so"

# Runs a JVM with FLAG and looks for the agent's start line.
runs_with() {
    local output
    # Not -version: that JVM may end before the agent's thread has had a processor.
    echo 'class Lives { public static void main(String[] arguments) {} }' >"$work/Lives.java"
    output=$("$java" "$1=log-level=debug" "$work/Lives.java" 2>&1) || fail "a JVM with $1: $output"
    grep -qF "trimagent $version: glibc" <<<"$output" || fail "a JVM with $1 did not start the agent: $output"
    echo "runs with $1"
}

# A JVM that waits, for trimctl in PREFIX to start the agent in, and to ask it.
talks_with() {
    local trimctl=$1/bin/trimctl pid answer code=0
    cat >"$work/Waits.java" <<'END'
class Waits { public static void main(String[] arguments) throws Exception { System.out.println("ready"); System.in.read(); } }
END
    rm -f "$work/waits.log" # Of the one before.
    mkfifo "$work/in"
    "$java" "$work/Waits.java" <"$work/in" >"$work/waits.log" 2>&1 &
    pid=$!
    exec 7>"$work/in"
    rm "$work/in"
    until grep -qs ready "$work/waits.log"; do kill -0 "$pid" || fail "the JVM has ended: $(cat "$work/waits.log")"; sleep 0.1; done
    "$trimctl" "$pid" status >/dev/null 2>&1 || code=$?
    [ "$code" -eq 4 ] || fail "$trimctl: exit code $code of status without the agent"
    "$trimctl" "$pid" start >/dev/null || fail "$trimctl does not start the agent"
    answer=$("$trimctl" "$pid" trim) || fail "$trimctl cannot trim"
    grep -q 'trim #1 demand' <<<"$answer" || fail "$trimctl: $answer"
    "$trimctl" | grep -q "^ *$pid .* $version " || fail "$trimctl does not list $pid with $version"
    exec 7>&-
    wait "$pid"
    echo "talks with $trimctl"
}

tar -C "$work/tarball" -xzf "$packages"/*.tar.gz
runs_with "-agentpath:$work/tarball/trimagent-$version-Linux-$(uname -m)/lib/libtrimagent.so"
talks_with "$work/tarball/trimagent-$version-Linux-$(uname -m)"
rpm --root "$work/rpm" --nodeps --noscripts --install "$packages"/*.rpm 2>"$work/rpm.log" || fail "rpm: $(cat "$work/rpm.log")"
runs_with "-agentpath:$work/rpm/usr/lib64/libtrimagent.so"
talks_with "$work/rpm/usr"

trap 'dpkg --remove trimagent >/dev/null 2>&1 || true' EXIT
dpkg --install "$packages"/*.deb >"$work/dpkg.log" 2>&1 || fail "dpkg: $(cat "$work/dpkg.log")"
runs_with "-agentpath:$library"
runs_with -agentlib:trimagent
talks_with /usr
dpkg --verify trimagent
# The man page tells of every option, as the library itself prints it.
page=build/package/package/libtrimagent.7
"$java" "-agentpath:$library=help" -version | sed -n 's/^\([a-z-]*=[^ ]*\)$/\1/p' >"$work/options"
mandoc -T ascii "$page" | col -b | sed -n 's/^ *\([a-z-]*=[^ ]*\)$/\1/p' >"$work/documented"
[ "$(wc -l <"$work/options")" -gt 5 ] || fail "=help prints no options"
diff "$work/options" "$work/documented" || fail "the man page and =help differ"
mandoc -T lint -W error "$page" build/package/package/trimctl.1 || fail "the man pages"
dpkg --remove trimagent >/dev/null
if [ -e "$library" ] || [ -e /usr/bin/trimctl ]; then fail "$library or trimctl is still there after dpkg --remove"; fi
echo "installed, used and removed: $(basename "$packages"/*.deb)"
