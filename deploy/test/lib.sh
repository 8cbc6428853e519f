# shellcheck shell=bash
# Sourced by the tests of deploy/, each of which ends with 0 where it passed, with 77 where it could not run here.

skip() {
    echo "SKIPPED: $*"
    exit 77
}

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Waits for COMMAND... to succeed, for a number of seconds at most.
await() {
    local seconds=$1 end
    shift
    end=$((SECONDS + seconds))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}
