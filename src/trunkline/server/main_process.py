"""The main process: `python -m trunkline.server.main_process`, started by the supervisor."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> int:
    """Load the platform and serve; the exit code.

    Every start waits for this, so it leaves out what takes time and is of no use: to look for
    garbage among modules (0.06 s), and structlog's colours for a terminal (0.06 s).
    """
    gc.disable()
    sys.modules["rich"] = None  # type: ignore[assignment]  # structlog takes it for not installed
    try:
        from trunkline.server.serve import serve
    finally:
        del sys.modules["rich"]
    return serve()


if __name__ == "__main__":
    sys.exit(main())
