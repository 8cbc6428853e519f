# shellcheck shell=bash
# Sourced: sets kustomize and validator to programs under build/deploy/tools, which it installs where they are missing.
kustomize_version=v5.8.1
validator_version=1.37.0
tools=$PWD/build/deploy/tools
kustomize=$tools/kustomize validator=$tools/python/bin/kubernetes-validate

if [ ! -x "$kustomize" ]; then
    go_minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ "${go_minor:-0}" -ge 24 ] || { echo "SKIPPED: building kustomize needs Go 1.24 or newer, which Debian 12 lacks"; exit 77; }
    echo "building kustomize $kustomize_version, once"
    output=$(GOBIN=$tools GOFLAGS=-modcacherw go install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version" 2>&1) ||
        { echo "$output"; exit 1; }
fi
if [ ! -x "$validator" ]; then
    echo "installing kubernetes-validate $validator_version, once"
    python3 -m venv "$tools/python" || exit 1
    "$tools/python/bin/pip" -q --disable-pip-version-check install "kubernetes-validate==$validator_version" || exit 1
fi
