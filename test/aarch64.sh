#!/usr/bin/env bash
# Cross-builds the library and the tests for AArch64, and has qemu run them with Debian's C library and JDK for it.
# Usage: aarch64.sh [ARGUMENT...], as root, with arguments of ctest that choose tests. Called by ./dev cross.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
# shellcheck source=deploy/debian.sh
. deploy/debian.sh
[ "$(id -u)" -eq 0 ] || skip "another processor needs root"
[ "$(uname -m)" != aarch64 ] || skip "this is an AArch64: ./dev test has it all"
work=$PWD/build/aarch64-debian
# Debian 12's qemu crashes on newer kernels.
qemu=$work/qemu/usr/bin/qemu-aarch64

if [ -z "${INSIDE:-}" ]; then
    unpack_package trixie "$(dpkg --print-architecture)" qemu-user "$work/qemu"
    unpack_tree bookworm arm64 openjdk-17-jdk-headless,libstdc++6,musl "$work/bookworm"
    # The kernel starts the other processor's programs for us by qemu, and for nobody else: Linux 6.7 has binfmt_misc of
    # a namespace's own.
    INSIDE=yes exec unshare --user --map-root-user --mount "$0" "$@"
fi
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>/dev/null || skip "no binfmt_misc of a namespace's own here"
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
echo ":aarch64:M::$magic:$mask:$qemu:F" >/proc/sys/fs/binfmt_misc/register
export QEMU_LD_PREFIX=$work/bookworm

# At a fixed address, since qemu leaves no room for brk, and so for [heap], behind the others.
output=$({
    cmake --preset aarch64 -DTRIM_BUILD_TESTS=ON -DCMAKE_EXE_LINKER_FLAGS=-no-pie \
        "-DTRIM_JVM_DIRECTORY=$work/bookworm/usr/lib/jvm" \
        "-DTRIM_MUSL_LOADER=$work/bookworm/lib/ld-musl-aarch64.so.1"
    cmake --build --preset aarch64
} 2>&1) || { echo "$output"; exit 1; }

# What qemu 10 does otherwise than a kernel:
impossible=(
    # It calls no memory [heap] that begins in a program's bss.
    ArenaScan.AgreesWithMallocInfoAboutTheArenasOfRealThreads LockedArenas.MayBeTheMainOne
    GlibcAllocator.PredictsTheMainArenasTop GlibcAllocator.SavesTheWalkWhereTooLittleIsResidentAtAll
    GlibcAllocator.SeesWhatIsFreeBesideMemoryThatIsInUseAndWasNeverTouched
    GlibcBorrow.BorrowsFromTheMainArenaWhereverTheWorkerIs GlibcBorrow.LeavesAMainArenaThatCannotGrowToMallocTrim
    # It ignores RLIMIT_AS.
    ArenaEnter.AsksNothingOfAMainArenaThatMayBeUnableToServe ArenaEnter.PassesOverAnArenaThatCannotServe
    ArenaEnter.SurvivesAMainArenaThatCannotServeOnce
    # It answers MADV_COLD itself, knows no prctl about huge pages and no process_vm_readv.
    LockedArenas.AreToldApart LockedArenas.AreFoundHoweverLongTheStatusIs
    HugePagesHeldOff.AreUntilTheyAreAllowed HugePagesHeldOff.NeedNothingWhereTheProcessHasNone
    GlibcHugePages.DoNotComeBackWhileTheirMemoryIsBorrowed
    Peek.TellsMemoryFromHoles
    # It has a thread and two signals of its own.
    GlibcBorrow.ReachesAllArenasHoweverManyGlibcAllows Thread.HasAllSignalsBlockedButThoseThatAFaultRaises
    Worker.IsANamedThreadThatTakesNoSignalsAndFirstLogsItsStart
)
exclude=$(IFS='|' && echo "^(${impossible[*]//./\\.})\$")
# Nor can the main arena of a JVM be told without [heap].
export GTEST_FILTER='-Given/Borrow.WhereAllThreadsShareFewArenasReachesAllArenas/*'
[ $# -gt 0 ] || set -- -R '^(borrow|gc|library|musl|options|reload)$|\.'
# Only what did not pass, and the closing lines.
ctest --preset aarch64 -E "$exclude" "$@" | grep -vE '^ +Start |\. +Passed '
