#!/usr/bin/env bash
# The manifests: kustomize renders them, they satisfy the schemas of Kubernetes, the flag is appended, and the plain
# manifest is what the component makes of the example. Usage: manifests.sh KUSTOMIZE VALIDATOR VERSION; UPDATE=1 writes that manifest
set -euo pipefail
kustomize=$1 validator=$2 version=$3
cd "$(dirname "$0")/../../deploy/kubernetes"
# shellcheck source=deploy/test/lib.sh
. ../test/lib.sh
work=../../build/deploy/manifests
mkdir -p "$work"
kubernetes=(1.25 1.31 1.37) # The oldest and the newest that the validator knows, and one between.

render() {
    "$kustomize" build "$1" >"$work/$2.yaml" || fail "kustomize build $1"
}

expect() {
    grep -qF -- "$2" "$work/$1.yaml" || fail "$1.yaml lacks: $2"
}

render example/base without
render example with
expect without 'value: -Xmx1g'
expect with 'value: -Xmx1g -agentpath:/trimagent/libtrimagent.so=threshold=32m'
expect with "image: trimagent:$version"

# An application that has no JVM options, no mounts, and init containers and volumes of its own.
mkdir -p "$work/other"
cat >"$work/other/deployment.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec:
  selector: {matchLabels: {app: other}}
  template:
    metadata: {labels: {app: other}}
    spec:
      initContainers: [{name: first, image: first:1}]
      containers:
        - {name: main, image: main:1}
        - {name: sidecar, image: sidecar:1, env: [{name: JAVA_TOOL_OPTIONS, value: -Xmx64m}]}
      volumes: [{name: data, emptyDir: {}}]
YAML
cat >"$work/other/kustomization.yaml" <<'YAML'
resources: [deployment.yaml]
components: [../../../../deploy/kubernetes/component]
YAML
render "$work/other" other-with
expect other-with 'value: -Xmx64m'
expect other-with 'value: '"' -agentpath:/trimagent/libtrimagent.so'"
expect other-with 'image: first:1'
expect other-with 'name: data'
[ "$(grep -c 'mountPath: /trimagent' "$work/other-with.yaml")" -eq 2 ] || fail "other-with.yaml: two mounts are expected"

{
    echo '# For those without kustomize: what the component makes of the example. Written by UPDATE=1 ./dev test-deploy manifests.'
    cat "$work/with.yaml"
} >"$work/plain.yaml"
[ -z "${UPDATE:-}" ] || cp "$work/plain.yaml" plain.yaml
diff plain.yaml "$work/plain.yaml" || fail "plain.yaml is not what the component makes of the example: UPDATE=1 ./dev test-deploy manifests"

for release in "${kubernetes[@]}"; do
    "$validator" --strict --no-warn -k "$release" "$work"/{without,with,other-with}.yaml plain.yaml || fail "schemas of Kubernetes $release"
done
# The validator does tell a wrong manifest.
sed 's/emptyDir:/emptyDirectory:/' "$work/with.yaml" >"$work/wrong.yaml"
if refusal=$("$validator" --strict --no-warn -k "${kubernetes[-1]}" "$work/wrong.yaml" 2>&1); then
    fail "the validator accepts a wrong manifest"
fi
[[ $refusal == *emptyDirectory* ]] || fail "the validator fails for another reason than the wrong manifest: $refusal"
echo "rendered by $("$kustomize" version), valid for Kubernetes ${kubernetes[*]}"
