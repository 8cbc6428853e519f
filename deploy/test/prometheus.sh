# shellcheck shell=bash
# Sourced: sets prometheus, promtool and node_exporter to programs that are there, or to Debian's, which it unpacks under
# build/deploy/tools. The packages are not installed: that would start two servers.
prometheus=$(command -v prometheus || true)
# shellcheck disable=SC2034 # dev reads it.
promtool=$(command -v promtool || true)
# shellcheck disable=SC2034 # dev reads it.
node_exporter=$(command -v prometheus-node-exporter || command -v node_exporter || true)
if [ -z "$prometheus" ] || [ -z "$promtool" ] || [ -z "$node_exporter" ]; then
    debian=$PWD/build/deploy/tools/debian
    if [ ! -x "$debian/usr/bin/prometheus-node-exporter" ]; then
        [ -z "${TRIM_NO_INSTALL:-}" ] || { echo "SKIPPED: there is no prometheus here, and --no-install was given"; exit 77; }
        mkdir -p "$debian"
        echo "unpacking Debian's prometheus and prometheus-node-exporter, once"
        (cd "$debian" && apt-get -qq download prometheus prometheus-node-exporter 2>/dev/null) ||
            { echo "SKIPPED: there is no prometheus, and apt-get cannot download it"; exit 77; }
        for package in "$debian"/*.deb; do
            dpkg-deb -x "$package" "$debian"
        done
        rm "$debian"/*.deb
    fi
    prometheus=$debian/usr/bin/prometheus promtool=$debian/usr/bin/promtool
    node_exporter=$debian/usr/bin/prometheus-node-exporter
fi
