#!/usr/bin/env bash
# Makes a release of a clone of this tree: a rehearsal changes nothing, a real one leaves commit, tag and files, and what
# must not be released is refused. The packages are made up from LIBRARY; the test of deploy/package makes real ones.
# Usage: release_test.sh LIBRARY
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global user.name Tester
git config --global user.email tester@localhost
git config --global init.defaultBranch main

# What is here, committed or not, as a repository of its own.
mkdir "$work/tree"
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$work/tree"
cp "$library" "$work/libtrimagent.so"
cat >"$work/tree/deploy/package/build.sh" <<BUILD
#!/usr/bin/env bash
set -e
mkdir -p build/package/packages/trimagent/lib
cp "$work/libtrimagent.so" build/package/packages/trimagent/lib/
cd build/package/packages
tar -czf trimagent-Linux.tar.gz trimagent
rm -r trimagent
echo deb >trimagent.deb
echo sum >trimagent.deb.sha256
BUILD
cd "$work/tree"
git init -q
printf '# Changelog\n\n## Unreleased\n\n- News.\n\n## 0.1.0, 2026-11-26\n\n- Old.\n' >CHANGELOG.md
sed -i 's/^\(project(trimagent VERSION \)[0-9.]*/\10.1.0/' CMakeLists.txt
printf 'image: trimagent:0.1.0\n' >deploy/named.yaml
git add -A
git commit -qm all
before=$(git rev-parse HEAD)

refused() {
    local reason=$1
    shift
    if deploy/release.py "$@" >"$work/output" 2>&1; then fail "release.py $* is not refused"; fi
    grep -qF "$reason" "$work/output" || fail "release.py $*: no '$reason' in: $(cat "$work/output")"
}
refused 'is no version' 1.2
refused '0.1.0 is not above 0.1.0' 0.1.0
refused '0.0.9 is not above 0.1.0' 0.0.9
git tag v0.3.0
refused 'there is a tag v0.3.0' 0.3.0
echo >>README.md
refused 'not committed' 0.2.0
git checkout -q README.md

# A rehearsal.
deploy/release.py 0.2.0 >"$work/output"
[ "$(git rev-parse HEAD)$(git status --porcelain)$(git tag)" = "${before}v0.3.0" ] || fail "a rehearsal changes the repository"
files=build/releases/0.2.0/files
(cd "$files" && sha256sum --quiet --check SHA256SUMS)
[ "$(cut -d ' ' -f 3 "$files/SHA256SUMS" | paste -s -d ' ')" = \
    'trimagent-Linux.tar.gz trimagent.deb trimagent-0.2.0.cdx.json' ] || fail "SHA256SUMS: $(cat "$files/SHA256SUMS")"
[ "$(cat "$files/NOTES.md")" = '- News.' ] || fail "NOTES.md: $(cat "$files/NOTES.md")"
python3 - "$files/trimagent-0.2.0.cdx.json" "$(sha256sum <"$library" | cut -d ' ' -f 1)" <<'PYTHON' || fail "the SBOM"
import json, sys
bill = json.load(open(sys.argv[1]))
parts = {part["bom-ref"]: part for part in bill["components"]}
known = {*parts, bill["metadata"]["component"]["bom-ref"]}
links = {link["ref"]: link["dependsOn"] for link in bill["dependencies"]}
assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
assert bill["metadata"]["component"]["version"] == "0.2.0"
assert parts["libtrimagent.so"]["hashes"] == [{"alg": "SHA-256", "content": sys.argv[2]}]
assert "libc.so.6" in links["libtrimagent.so"] and links["trimagent.deb"] == ["libtrimagent.so"]
assert known >= set(links) | {one for several in links.values() for one in several}
PYTHON

# A real one, by the same name: the rehearsal's files are gone first.
deploy/release.py 0.2.0 --real >"$work/output"
[ "$(git rev-parse HEAD^)" = "$before" ] || fail "not one commit above the old one"
[ "$(git cat-file -t v0.2.0) $(git rev-parse 'v0.2.0^{commit}')" = "tag $(git rev-parse HEAD)" ] || fail "the tag"
[ -z "$(git status --porcelain)" ] || fail "the release leaves changes behind"
grep -q '^project(trimagent VERSION 0\.2\.0 ' CMakeLists.txt || fail "the version in CMakeLists.txt"
grep -q '^image: trimagent:0\.2\.0$' deploy/named.yaml || fail "the version in a manifest"
sed -i 's/^## 0\.2\.0, 20[0-9][0-9]-[01][0-9]-[0-3][0-9]$/## 0.2.0, DATE/' CHANGELOG.md
diff - CHANGELOG.md <<'CHANGELOG' || fail "the changelog"
# Changelog

## Unreleased

## 0.2.0, DATE

- News.

## 0.1.0, 2026-11-26

- Old.
CHANGELOG
git checkout -q CHANGELOG.md
deploy/release.py --files files
(cd files && sha256sum --quiet --check SHA256SUMS)
[ "$(cat files/NOTES.md)" = '- News.' ] || fail "files of the tag: $(cat files/NOTES.md)"
rm -r files
git commit -q --allow-empty -m next
refused 'no tag v0.2.0' --files files
refused 'nothing below the heading Unreleased' 0.4.0
echo "release: rehearsed, made and refused where it must be"
