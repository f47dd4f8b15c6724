#!/usr/bin/env bash
# `lightsout workflows render` writes it into a repository, and replaces it there.
#
# Installs lightsout into a folder of its own and puts that on the path of the steps that follow. What it is told stands in
# FROM, VERSION, REPOSITORY, SHA256 and FROM_PATH; action.yml says what they mean.
set -euo pipefail

refuse() {
    printf '::error title=lightsout is not installed::%s\n' "$1"
    exit 1
}

matches() { # FILE: holds it against SHA256
    printf '%s  %s\n' "$SHA256" "$1" | sha256sum --check --strict --status
}

folder="${RUNNER_TEMP:?is set by the runner}/lightsout-program"
mkdir -p "$folder/bin"

case "${FROM:-}" in
release)
    [[ "$VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+([-.][0-9A-Za-z.-]+)?$ ]] || refuse 'version is no version; give one such as 0.1.0'
    [[ "$REPOSITORY" =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] || refuse 'repository is not owner/name; set the variable LIGHTSOUT_REPOSITORY'
    [[ "$SHA256" =~ ^[0-9a-f]{64}$ ]] || refuse 'sha256 is no SHA-256; set the variable LIGHTSOUT_SHA256 to that of the archive'
    name="lightsout-$(uname -m)-unknown-linux-gnu.tar.gz"
    archive="$folder/$name"
    curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' --max-time 120 --retry 3 \
        --output "$archive" "https://github.com/$REPOSITORY/releases/download/v$VERSION/$name" ||
        refuse "the release v$VERSION of $REPOSITORY holds no $name"
    # Before anything of it is opened.
    matches "$archive" || refuse "the archive of v$VERSION is not the one that sha256 names"
    tar --extract --gzip --file "$archive" --directory "$folder/bin" lightsout
    ;;
crates)
    [[ "$VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+([-.][0-9A-Za-z.-]+)?$ ]] || refuse 'version is no version; give one such as 0.1.0'
    # Its index holds the checksum of each version, and cargo compares; --locked takes the versions that were tested.
    cargo install --quiet --locked --root "$folder" --version "=$VERSION" lightsout-cli
    ;;
path)
    if [ -d "${FROM_PATH:-}" ]; then
        cargo install --quiet --locked --root "$folder" --path "$FROM_PATH/crates/cli"
    elif [ -f "${FROM_PATH:-}" ]; then
        [ -z "$SHA256" ] || matches "$FROM_PATH" || refuse 'the program is not the one that sha256 names'
        install -m 755 "$FROM_PATH" "$folder/bin/lightsout"
    else
        refuse 'path names neither a program nor a folder'
    fi
    ;;
*) refuse 'from is none of release, crates and path' ;;
esac

"$folder/bin/lightsout" --version
printf '%s\n' "$folder/bin" >>"${GITHUB_PATH:?is set by the runner}"
