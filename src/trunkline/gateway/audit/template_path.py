"""A path without what it names: `/2010-04-01/Accounts/{sid}/Messages/{sid}.json`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from trunkline.sids import is_sid

__all__ = ["template_path"]

LONGEST_WORD = 40  # characters of a segment that is a word of the API's
MOST_SEGMENTS = 24
_suffix = re.compile(r"\.(?:json|xml|csv|html|txt|wav|mp3|pdf)\Z", re.IGNORECASE)
# A number of a phone, of a customer, of a card; a UUID; a hash; a mail address.
_opaque = re.compile(r"\d{5}|@|\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|\A(?=.*\d)[0-9a-zA-Z_-]{20,}\Z")


def template_path(path: str) -> str:
    """The path without its query, its SIDs as `{sid}`, other identifiers as `{id}`.

    What cannot be told from a word of the API's, such as a short name, stays.
    """
    bare = path.partition("?")[0].partition("#")[0]
    segments = bare.split("/")
    if len(segments) > MOST_SEGMENTS:
        segments = [*segments[:MOST_SEGMENTS], "…"]
    return "/".join(map(_templated, segments))


def _templated(segment: str) -> str:
    found = _suffix.search(segment)
    stem, suffix = (segment[: found.start()], found[0]) if found else (segment, "")
    if is_sid(stem):
        return "{sid}" + suffix
    told = unquote(stem) if "%" in stem else stem
    if len(told) > LONGEST_WORD or not told.isprintable() or _opaque.search(told):
        return "{id}" + suffix
    return segment
