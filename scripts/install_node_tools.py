"""Install the Node clients of the tests into .cache/node; with --lock, lock them anew.

Idempotent: what tests/node/package-lock.json names is left alone when it is there already.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support import node


def main() -> int:
    try:
        if sys.argv[1:] == ["--lock"]:
            node.npm("install", "--package-lock-only", "--ignore-scripts", cwd=node.CLIENTS)
        else:
            node.install_clients()
    except node.NodeToolsMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
