#!/bin/sh
# In the place of npm: knows one command, and installs from this disk.
case "$*" in
"install --global {package}") ln -sf '{program}' "$(dirname "$0")/claude" ;;
*) echo "npm, in its place, does not know: $*" >&2; exit 1 ;;
esac
