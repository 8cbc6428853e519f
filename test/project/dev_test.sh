#!/usr/bin/env bash
# What ./dev says of the packages that it lacks, on machines that are made up: with nothing installed, without apt, and
# where nobody may install. No package is asked for in earnest.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A machine NAME with the PROGRAMs of this one.
machine() {
    local name=$1 program
    shift
    mkdir -p "$work/$name"
    for program in bash env dirname grep sed id ldconfig "$@"; do
        ln -sf "$(command -v "$program")" "$work/$name/$program"
    done
}

# A program NAME on MACHINE that does SCRIPT.
fake() {
    printf '#!/usr/bin/env bash\n%s\n' "$3" >"$work/$1/$2"
    chmod +x "$work/$1/$2"
}

# Runs ./dev on MACHINE with ARGUMENTS, and expects CODE.
on() {
    local name=$1 expected=$2 code=0
    shift 2
    PATH=$work/$name ./dev "$@" >"$work/output" 2>&1 || code=$?
    [ "$code" -eq "$expected" ] || fail "$name: ./dev $* ended with $code, not $expected: $(cat "$work/output")"
}

says() {
    grep -qE -- "$1" "$work/output" || fail "no line with '$1' in: $(cat "$work/output")"
}

# Debian with nothing installed. What is asked for stands in a line before apt is.
machine debian
fake debian dpkg-query 'exit 1'
fake debian apt-get "echo apt-get \"\$@\" >&2"
fake debian sudo "\"\$@\""
on debian 0 need cmake valgrind cmake
[ "$(paste -s -d ';' "$work/output")" = "installing by apt: cmake valgrind;apt-get -qq update;apt-get -qq -y \
--no-install-recommends install cmake valgrind" ] || fail "not said, updated and installed in this order: $(cat "$work/output")"
fake debian apt-get 'exit 100'
on debian 1 need cmake

# --no-install, wherever it stands: everything that is missing in one line, and apt is not asked.
for arguments in '--no-install test' 'test --no-install'; do
    # shellcheck disable=SC2086 # Words on purpose.
    on debian 77 $arguments
    says '^missing: cmake .*valgrind.* \(--no-install was given\)$'
    [ "$(wc -l <"$work/output")" -eq 1 ] || fail "more is done than said: $(cat "$work/output")"
done

# Debian with all of it: nothing is said.
machine complete
fake complete dpkg-query 'echo install ok installed'
on complete 0 need cmake valgrind
[ ! -s "$work/output" ] || fail "all is there, and yet: $(cat "$work/output")"

# No dpkg: programs and files tell what is there.
machine other
on other 77 need gcc ninja-build maven
says '^missing: gcc ninja-build maven \(this machine has no apt'
fake other gcc true
fake other ninja true
on other 77 need gcc ninja-build maven
says '^missing: maven \('
fake other mvn true
on other 0 need gcc ninja-build maven

# Apt is there, root is not.
machine guest
fake guest dpkg-query 'exit 1'
fake guest apt-get 'echo apt-get'
rm "$work/guest/id"
fake guest id 'echo 1000'
on guest 77 need cmake
says '^missing: cmake \(installing needs root or sudo\)$'

# A plain cmake call takes warnings for warnings, what is for development for errors.
grep -q -- -Werror build/release/compile_commands.json || fail "the preset for development lacks -Werror"
cmake -S . -B "$work/plain" -DTRIM_BUILD_TESTS=OFF >/dev/null
! grep -q -- -Werror "$work/plain/compile_commands.json" || fail "a plain cmake call has -Werror"

# A Python without matplotlib is told so before anything is measured.
[ ! -x build/venv/bin/python3 ] || {
    code=0
    build/venv/bin/python3 bench/run.py --loads idle >"$work/output" 2>&1 || code=$?
    [ "$code" -eq 1 ] || fail "the bench in a Python without matplotlib ended with $code"
    says 'lacks matplotlib'
}
# Without the right to mount, what needs it is skipped with the reason.
if [ "$(id -u)" -eq 0 ] && command -v buildah >/dev/null; then
    for test in 'deploy/test/image.sh none dev dev' 'test/other_glibc.sh bullseye dev'; do
        code=0
        # shellcheck disable=SC2086 # Words on purpose.
        setpriv --bounding-set -sys_admin --inh-caps -sys_admin $test >"$work/output" 2>&1 || code=$?
        [ "$code" -eq 77 ] || fail "$test where mounts are forbidden ended with $code: $(cat "$work/output")"
        says '^SKIPPED: .*[Oo]peration not permitted'
    done
else
    echo "not tried without root and buildah: how the tests skip where mounts are forbidden"
fi
echo "dev: says what is missing, and installs nothing unasked"
