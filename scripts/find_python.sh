#!/bin/sh
# Print the path of a Python that can make Trunkline's virtual environment: 3.11 or newer,
# with venv and pip's wheel. Say in one sentence what is missing when there is none.
set -u

too_old=""
without_venv=""

for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    found=$(command -v "$name" 2>/dev/null) || continue
    # sys.executable: a shim (pyenv, asdf) is resolved, so that the environment outlives it.
    answer=$("$found" -c '
import sys
major, minor = sys.version_info[:2]
if (major, minor) < (3, 11):
    print("old", "%d.%d" % (major, minor))
else:
    try:
        import ensurepip, venv
    except ImportError:
        print("bare", "%d.%d" % (major, minor))
    else:
        print("good", sys.executable)
' 2>/dev/null </dev/null) || continue
    case $answer in
        "good "*) printf '%s\n' "${answer#good }"; exit 0 ;;
        "bare "*) without_venv=${without_venv:-${answer#bare }} ;;
        "old "*) too_old=${too_old:-"$found is ${answer#old }"} ;;
    esac
done

if [ -n "$without_venv" ]; then
    echo "Trunkline needs Python's venv module: install it (on Debian and Ubuntu: apt install python$without_venv-venv)." >&2
elif [ -n "$too_old" ]; then
    echo "Trunkline needs Python 3.11 or newer, and $too_old; install a newer one, or name it: make PYTHON=/path/to/python3.12 …" >&2
else
    echo "Trunkline needs Python 3.11 or newer, and none was found on PATH; name one: make PYTHON=/path/to/python3.12 …" >&2
fi
exit 1
