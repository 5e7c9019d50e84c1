"""Shows a person a page of the gateway, in a browser where there is one."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

__all__ = ["can_show", "show_page"]


def can_show() -> bool:
    """Whether a browser can open a window here. One within the terminal would take it over."""
    if sys.platform in ("darwin", "win32") or os.environ.get("BROWSER"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def show_page(url: str) -> bool:
    """Open the page; whether a browser took it."""
    if urlsplit(url).scheme not in ("http", "https"):
        return False
    import webbrowser

    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False
