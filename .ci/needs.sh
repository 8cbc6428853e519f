# shellcheck shell=bash
# Sourced by dev and by the tests of deploy/: what a command needs is installed, or it is said what is missing. With
# TRIM_NO_INSTALL, which ./dev --no-install sets, nothing is installed. A code of 77 says: it cannot run here.

# Whether a Debian package is there, or, on a machine without dpkg, what it would bring.
installed() {
    if command -v dpkg-query >/dev/null; then
        dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
        return
    fi
    case $1 in
    libc6-dev) [ -e /usr/include/stdlib.h ] ;;
    libgtest-dev) [ -e /usr/include/gtest/gtest.h ] ;;
    libclang-rt-*) [ -e "$(clang --print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)" ] ||
        [ -e "$(clang --print-file-name=libclang_rt.fuzzer.a 2>/dev/null)" ] ;;
    libjemalloc2) ldconfig -p | grep -q 'libjemalloc\.so\.2' ;;
    libjna-java) [ -e /usr/share/java/jna.jar ] ;;
    libgomp1) ldconfig -p | grep -q 'libgomp\.so\.1' ;;
    python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    python3-matplotlib) python3 -c 'import matplotlib' 2>/dev/null ;;
    *) command -v "$(program_of "$1")" >/dev/null ;;
    esac
}

# The program that stands for a package whose name is another.
program_of() {
    case $1 in
    ninja-build) echo ninja ;;
    openjdk-*-jdk-headless) echo javac ;;
    binutils) echo readelf ;;
    maven) echo mvn ;;
    rpm) echo rpmbuild ;;
    busybox-static) echo busybox ;;
    bsdextrautils) echo col ;;
    tomcat10-user) echo tomcat10-instance-create ;;
    *) echo "$1" ;;
    esac
}

# Why nothing can be installed here; nothing where it can.
why_not_install() {
    if [ -n "${TRIM_NO_INSTALL:-}" ]; then
        echo "--no-install was given"
    elif ! command -v apt-get >/dev/null; then
        echo "this machine has no apt; the names are Debian's"
    elif [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "installing needs root or sudo"
    fi
}

# Installs the PACKAGEs that are missing, and says so before it does; asks apt for nothing where there is nothing to do.
need() {
    local missing=() package why as_root=()
    for package in "$@"; do
        [[ " ${missing[*]} " == *" $package "* ]] || installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    why=$(why_not_install)
    if [ -n "$why" ]; then
        echo "missing: ${missing[*]} ($why)" >&2
        return 77
    fi
    echo "installing by apt: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get -qq update || return 1
    # Through env, because sudo keeps no variables.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}

# Installs a version of a tool from Python's index into build/venv, once. Debian 12 has none of them.
python_tool() {
    local name=$1 version=$2 venv=build/venv
    local stamp=$venv/$name-$version
    [ -e "$stamp" ] && return
    if [ -n "${TRIM_NO_INSTALL:-}" ]; then
        echo "missing: $name $version in $venv (--no-install was given)" >&2
        return 77
    fi
    echo "installing by pip into $venv: $name $version"
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || return 1
    "$venv/bin/pip" -q --disable-pip-version-check install "$name==$version" || return 1
    touch "$stamp"
}

# The validator of JSON schemas, for ./dev check and for the lines of the log.
schema_tool() {
    python_tool check-jsonschema 0.39.0
}
