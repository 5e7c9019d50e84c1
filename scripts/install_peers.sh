#!/bin/sh
# Install what requirements/debian.txt names and this machine lacks; where that is not possible,
# say what is missing. The tests of what is missing fail, each with the package that it wants.
set -eu
cd "$(dirname "$0")/.."

missing=$(sed '/^#/d' requirements/debian.txt | while read -r program packages; do
    command -v "$program" >/dev/null 2>&1 || printf '%s ' "$packages"
done)
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086  # several packages
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "missing here: apt-get install $missing" >&2
fi
