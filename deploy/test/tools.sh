# shellcheck shell=bash
# Sourced by dev: sets kustomize and validator to programs under build/, which it installs where they are missing.
kustomize_version=v5.8.1
validator_version=1.37.0
tools=$PWD/build/deploy/tools
kustomize=$tools/kustomize
# shellcheck disable=SC2034 # dev reads it.
validator=$PWD/build/venv/bin/kubernetes-validate

if [ ! -x "$kustomize" ]; then
    go_minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ "${go_minor:-0}" -ge 24 ] || { echo "SKIPPED: building kustomize needs Go 1.24 or newer, which Debian 12 lacks"; exit 77; }
    [ -z "${TRIM_NO_INSTALL:-}" ] || { echo "SKIPPED: kustomize is not built here, and --no-install was given"; exit 77; }
    echo "building kustomize $kustomize_version in $tools"
    output=$(GOBIN=$tools GOFLAGS=-modcacherw go install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version" 2>&1) ||
        { echo "$output"; exit 1; }
fi
python_tool kubernetes-validate "$validator_version" || exit
