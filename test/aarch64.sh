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
tree=$PWD/build/debian/bookworm-arm64
if [ -z "${INSIDE:-}" ]; then
    debian_tree bookworm arm64 >/dev/null
    QEMU=$(debian_qemu) INSIDE=yes exec unshare --user --map-root-user --mount "$0" "$@"
fi
start_aarch64_by "$QEMU" || skip "no binfmt_misc of a namespace's own here"
export QEMU_LD_PREFIX=$tree TRIM_JVM_DIRECTORY=$tree/usr/lib/jvm

# At a fixed address, since qemu leaves no room for brk, and so for [heap], behind the others.
output=$({
    cmake --preset aarch64 -DTRIM_BUILD_TESTS=ON -DCMAKE_EXE_LINKER_FLAGS=-no-pie \
        "-DTRIM_MUSL_LOADER=$tree/lib/ld-musl-aarch64.so.1"
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
