# shellcheck shell=bash
# Sourced: containers of this repository's own, with their images under build/deploy, where podman and buildah are told
# to look. Nothing is pulled: the images come from what Debian's packages and the build put together.
containers=$PWD/build/deploy/containers
mkdir -p "$containers"
cat >"$containers/containers.conf" <<'CONF'
[containers]
netns = "none"
default_ulimits = ["nofile=20000:20000", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
cat >"$containers/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$containers/storage"
runroot = "$containers/run"
CONF
export CONTAINERS_CONF=$containers/containers.conf CONTAINERS_STORAGE_CONF=$containers/storage.conf

# Why a confined place, such as a chroot or a container without privileges, does not let buildah put an image together;
# nothing where it does. Tried, not guessed: one place forbids to mount, another only to unpack a layer.
why_no_containers() {
    local container said=$containers/said failed=
    {
        container=$(buildah from scratch) && buildah mount "$container" && buildah copy "$container" "$0" / &&
            buildah commit --quiet "$container" localhost/probe || failed=yes
        buildah rm "$container"
        buildah rmi localhost/probe
    } >/dev/null 2>"$said" || true
    [ -z "$failed" ] || echo "buildah makes no image here: $(head -n 1 "$said")"
}

# Debian with a Java runtime, as an image; made once.
jre_image() {
    podman image exists localhost/jre:17 && return
    echo "making an image of Debian with a Java runtime, once"
    local tree=$containers/tree mirror
    # The mirror that apt uses itself.
    # shellcheck disable=SC2016 # apt fills it in.
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    rm -rf "$tree"
    debootstrap --variant=minbase --include=openjdk-17-jre-headless,libgomp1 bookworm "$tree" "$mirror" \
        >"$containers/debootstrap.log" 2>&1 || { tail "$containers/debootstrap.log"; return 1; }
    # kube play gives a container no PATH of its own.
    tar -C "$tree" -c . | podman import --quiet --change ENV=PATH=/usr/bin:/bin - localhost/jre:17 >/dev/null
    rm -rf "$tree"
}

# The model server of java-fixtures with its trained models.
model_server_image() {
    local fixture=$PWD/java-fixtures/model-server container
    (
        cd "$fixture" || exit
        built=$(mvn -q -B package 2>&1) || { echo "$built"; exit 1; }
        "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx256m -cp 'target/classes:target/lib/*' fixtures.model.ModelServer train=only
    )
    jre_image
    container=$(buildah from --pull-never localhost/jre:17)
    buildah copy --quiet "$container" "$fixture/target/classes" /srv/classes >/dev/null
    buildah copy --quiet "$container" "$fixture/target/lib" /srv/lib >/dev/null
    buildah copy --quiet "$container" "$fixture"/target/{model,small-model}.ubj /srv/ >/dev/null
    buildah config --entrypoint '["java", "-cp", "/srv/classes:/srv/lib/*", "fixtures.model.ModelServer"]' "$container"
    buildah commit --quiet --rm "$container" localhost/model-server:1.0 >/dev/null
}

# Leaves no mount behind below build/, so that it can be removed.
unmount_containers() {
    findmnt --list --noheadings --output TARGET | grep -F "$containers/" | sort -r | xargs --no-run-if-empty umount 2>/dev/null || true
}
