#!/usr/bin/env bash
# Plays the example's manifests on this machine, without and with the agent: the same pod with the same memory limit is
# killed without (OOMKilled, exit code 137) and lives with it. Usage: play.sh LIBRARY VERSION [RUNS [LIMIT]], as root.
# Called by ./dev test-deploy. KUSTOMIZE names the kustomize to render with.
set -euo pipefail
# Reaps what podman leaves behind, which else counts as running for 20 seconds where process 1 takes its time.
[ -n "${REAPED:-}" ] || REAPED=yes exec catatonit -- "$0" "$@"
library=$(realpath "$1") version=$2 runs=${3:-1} limit=${4:-}
kustomize=${KUSTOMIZE:-kustomize}
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: playing pods with memory limits needs root"; exit 77; }
[ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ] || [ -e /sys/fs/cgroup/cgroup.controllers ] ||
    { echo "SKIPPED: no controller of memory is mounted here"; exit 77; }
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/kubernetes/containers.sh
. deploy/kubernetes/containers.sh
reason=$(why_no_containers)
[ -z "$reason" ] || { echo "SKIPPED: $reason"; exit 77; }
work=$PWD/build/deploy/play
pod=model-server-pod-0 server=model-server-pod-0-model-server
longest=600 # Seconds until the server has either gone through its scenes or died.

# Renders NAME from the kustomization RESOURCE, with what podman needs that a cluster does not.
render() {
    mkdir -p "$work/$1"
    cat >"$work/$1/kustomization.yaml" <<KUSTOMIZATION
resources: [$(realpath --relative-to "$work/$1" "$2")]
patches:
  - target: {kind: Deployment}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: any}
      spec:
        template:
          metadata:
            annotations:
              # podman would remove the init container, which fails when that has just ended.
              io.podman.annotations.init.container.type: always
          spec:
            # A cluster restarts the container, but how it ended is what is to be seen here.
            restartPolicy: Never
KUSTOMIZATION
    [ -z "$limit" ] || cat >>"$work/$1/kustomization.yaml" <<KUSTOMIZATION
  - target: {kind: Deployment}
    patch: |
      - {op: replace, path: /spec/template/spec/containers/0/resources/limits/memory, value: $limit}
      - {op: replace, path: /spec/template/spec/containers/0/resources/requests/memory, value: $limit}
KUSTOMIZATION
    "$kustomize" build "$work/$1" >"$work/$1.yaml"
}

remove() {
    podman kube down "$work/$1.yaml" >/dev/null 2>&1 || true
    podman volume rm --force trimagent >/dev/null 2>&1 || true
}

inspect() {
    podman inspect --format "$1" "$server"
}

# Plays NAME and prints how it went; sets outcome to "killed" or "lives".
play() {
    local name=$1 log=$work/$1.log started=$SECONDS
    outcome=neither
    remove "$name"
    {
        podman kube play --start=false "$work/$name.yaml"
        # Started from here, because Debian's podman leaves the note of an OOM kill where it was started and looks for
        # it where the container is kept.
        (cd "$(inspect '{{.StaticDir}}')" && podman pod start "$pod")
    } >"$work/$name.out" 2>&1 || { cat "$work/$name.out"; return 1; }
    while [ $((SECONDS - started)) -lt "$longest" ]; do
        podman logs "$server" >"$log" 2>&1
        if [ "$(inspect '{{.State.Status}}')" = exited ]; then
            [ "$(inspect '{{.State.OOMKilled}} {{.State.ExitCode}}')" != 'true 137' ] || outcome=killed
            break
        elif grep -q '^ready' "$log"; then
            outcome=lives
            break
        fi
        sleep 1
    done
    podman logs "$server" >"$log" 2>&1
    printf '%-8s %-6s (%s, OOMKilled %s, exit code %s): %s\n' "$name" "$outcome" "$(inspect '{{.State.Status}}')" \
        "$(inspect '{{.State.OOMKilled}}')" "$(inspect '{{.State.ExitCode}}')" \
        "$(sed -n 's/^\([a-z].*\): rss \([0-9]*\) MiB.*/\1 \2/p' "$log" | paste -s -d ,)"
    remove "$name"
}

trap 'remove without; remove with; unmount_containers' EXIT
model_server_image
deploy/image/build.sh "$version" "$PWD/build/deploy" "$library"
render without deploy/kubernetes/example/base
render with deploy/kubernetes/example
failed=0
for ((run = 1; run <= runs; run++)); do
    echo "== run $run of $runs"
    play without
    [ "$outcome" = killed ] || failed=1
    play with
    [ "$outcome" = lives ] || failed=1
done
grep -F '[trimagent]' "$work/with.log"
exit "$failed"
