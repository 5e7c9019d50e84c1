"""Find the codes of short links in a text: they are kept nowhere else."""

from __future__ import annotations

import re
from typing import Final

from trunkline.messaging.links.link_keys import LinkKeys
from trunkline.messaging.links.model import CODE_LENGTH

__all__ = ["codes_in"]

FOUND: Final = re.compile(rf"/([0-9a-zA-Z]{{{CODE_LENGTH}}})(?![0-9a-zA-Z])")


def codes_in(text: str, keys: LinkKeys) -> dict[str, str]:
    """The codes that a text may hold, by the ids of their links. Most texts hold few."""
    return {keys.link_id(code): code for code in FOUND.findall(text)}
