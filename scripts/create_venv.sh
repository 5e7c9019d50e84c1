#!/bin/sh
# Make .venv, or bring it up to requirements/dev.txt. The lock's hashes are checked, nothing else
# is resolved. An environment whose Python has gone is made anew.
set -eu
cd "$(dirname "$0")/.."

if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(sh scripts/find_python.sh)
    echo "creating .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

echo "installing the locked dependencies into .venv"
.venv/bin/python -m pip install -qq --require-hashes -r requirements/dev.txt
