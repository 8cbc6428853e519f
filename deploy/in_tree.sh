#!/usr/bin/env bash
# Runs a command inside a tree that deploy/debian.sh has unpacked, as root. The project is there under its own name, and
# kernel and CPUs are this machine's; programs of another processor run by qemu. Usage:
# in_tree.sh TREE QEMU COMMAND..., where QEMU is a program or empty. Ends with 77 where it cannot run here.
set -euo pipefail
skip() {
    echo "SKIPPED: $*"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip "another system's tree needs root"
tree=$(realpath "$1") qemu=$2
project=$(realpath "$(dirname "$0")/..")
# With mounts that end with this script, whatever happens to it.
if [ -z "${OWN_MOUNTS:-}" ]; then
    own=(--mount --propagation private)
    [ -z "$qemu" ] || own+=(--user --map-root-user)
    reason=$(unshare "${own[@]}" true 2>&1) || skip "mounts of its own are forbidden here: $reason"
    OWN_MOUNTS=yes exec unshare "${own[@]}" "$0" "$@"
fi
unset OWN_MOUNTS
shift 2
# shellcheck source=deploy/debian.sh
. "$project/deploy/debian.sh"
[ -z "$qemu" ] || start_aarch64_by "$qemu" || skip "no binfmt_misc of a namespace's own here"
for place in proc sys dev; do mount --rbind "/$place" "$tree/$place"; done
mkdir -p "$tree$project" "$tree/tmp"
mount --rbind "$project" "$tree$project"
# What packages make when they are installed, and not when they are unpacked.
[ -e "$tree/usr/bin/awk" ] || ln -s mawk "$tree/usr/bin/awk"
[ -e "$tree/etc/passwd" ] || cp "$tree"/usr/share/base-passwd/passwd.master "$tree/etc/passwd"
[ -e "$tree/etc/group" ] || cp "$tree"/usr/share/base-passwd/group.master "$tree/etc/group"
exec chroot "$tree" "$@"
