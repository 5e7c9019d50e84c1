"""How many SMS a text takes, and where it is cut.

GSM-7 when every character is in the GSM tables, else UCS-2 (UTF-16 in fact). One part holds 160
septets or 70 UTF-16 units; of several, each gives six octets to the concatenation header and
holds 153 or 67. Parts are filled greedily, and an escape pair, a surrogate pair or a grapheme
cluster moves whole to the next part, so a text may take more parts than its length suggests.

Source: Twilio's sms-segments-calculator 1.3.0. Its clusters are those of Unicode 10, so ours are:
a younger emoji sequence (a red-haired woman, say) is several clusters and may be cut, as there.
A cut inside a cluster is invisible to the reader, since the phone joins the parts again; another
count than Twilio's would not be.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from trunkline.messaging.text import gsm7
from trunkline.messaging.text.smart_encoding import replace_lookalikes

__all__ = ["Encoding", "Segmentation", "measure", "split"]

Encoding = Literal["GSM-7", "UCS-2"]

_GSM7_SINGLE: Final = 160
_GSM7_PART: Final = 153
_UCS2_SINGLE: Final = 70
_UCS2_PART: Final = 67


class Segmentation(NamedTuple):
    """What a text costs and what is sent of it."""

    encoding: Encoding
    segments: int  # at least 1: an empty body is one empty SMS
    units: int  # septets (GSM-7) or UTF-16 units (UCS-2), without headers
    body: str  # the text to store and send; smart encoding may have changed it


def measure(body: str, *, smart_encoded: bool = False) -> Segmentation:
    """Encoding, number of parts and text of an SMS with this body.

    Smart encoding takes effect only if it makes the whole text GSM-7. Otherwise the body is
    left as it was written: it is UCS-2 anyway and replacing would only lose characters. (The
    calculator counts the half-replaced text, which may be longer: an ellipsis becomes three dots.)
    """
    septets = gsm7.septets(body)
    if septets is None and smart_encoded:
        replaced = replace_lookalikes(body)
        septets = gsm7.septets(replaced)
        if septets is not None:
            body = replaced
    if septets is None:
        units = _utf16_units(body)
        segments = 1 if units <= _UCS2_SINGLE else len(_cut_ucs2(body, units)) - 1
        return Segmentation("UCS-2", segments, units, body)
    segments = 1 if septets <= _GSM7_SINGLE else len(_cut_gsm7(body, septets)) - 1
    return Segmentation("GSM-7", segments, septets, body)


def split(body: str) -> list[str]:
    """Texts of the parts of ``body``, as many as :func:`measure` counts; joined they are ``body``.

    Give it :attr:`Segmentation.body`: smart encoding is not applied here.
    """
    septets = gsm7.septets(body)
    if septets is None:
        units = _utf16_units(body)
        cuts = [0, len(body)] if units <= _UCS2_SINGLE else _cut_ucs2(body, units)
    else:
        cuts = [0, len(body)] if septets <= _GSM7_SINGLE else _cut_gsm7(body, septets)
    return [body[start:end] for start, end in pairwise(cuts)]


def _cut_gsm7(body: str, septets: int) -> list[int]:
    """Offsets of the part limits, 0 and the end included, in a GSM text of several parts."""
    if septets == len(body):  # no extension characters
        return [*range(0, septets, _GSM7_PART), septets]
    encoded = gsm7.encode(body)
    cuts = [0]
    start = 0
    while septets - start > _GSM7_PART:
        end = start + _GSM7_PART
        if encoded[end - 1] == gsm7.ESCAPE:
            end -= 1
        cuts.append(cuts[-1] + end - start - encoded.count(gsm7.ESCAPE, start, end))
        start = end
    cuts.append(len(body))
    return cuts


def _cut_ucs2(body: str, units: int) -> list[int]:
    """Offsets of the part limits, 0 and the end included, in a UCS-2 text of several parts."""
    cuts = [0]
    start = 0
    while units > _UCS2_PART:
        room = start + _UCS2_PART
        # Each character beyond the basic plane takes two units: step back until the part fits.
        while (excess := _utf16_units(body[start:room]) - _UCS2_PART) > 0:
            room -= (excess + 1) // 2
        end = _last_cluster_boundary(body, start, room)
        units -= _utf16_units(body[start:end])
        cuts.append(end)
        start = end
    cuts.append(len(body))
    return cuts


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _last_cluster_boundary(body: str, start: int, limit: int) -> int:
    """The last boundary between clusters in ``(start, limit]``; ``limit`` if there is none.

    There is none when one cluster is longer than a part. It is then cut between characters.
    """
    if _boundary_inside(body, limit - 1):
        return limit
    boundary = limit - 1
    while boundary > start and not _boundary_inside(body, boundary - 1):
        boundary -= 1
    end = boundary
    match_cluster = _cluster_pattern().match
    while end < limit:
        boundary = end
        end = match_cluster(body, boundary).end()
    if end == limit:
        return limit
    return boundary if boundary > start else limit


# Characters that join no neighbour of this same class, so that two in a row have a boundary
# between them. Left out: marks, joiners, regional indicators, skin tones, Hangul letters that
# form syllables, and scripts that are mostly marks.
_LONERS: Final = (
    "\\x00-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ea\u0621-\u064a\u0671-\u06d3"
    "\u0904-\u0939\u0e01-\u0e30\u0e40-\u0e46\u1e00-\u200a\u2010-\u2027\u2030-\u205f"
    "\u2070-\u20cf\u2100-\u2cee\u3001-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7a3"
    "\uf900-\ufb1d\ufe30-\ufefe\uff01-\uff9d"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
# The few characters that join whatever follows (Prepend) are all in these blocks; after any other
# there is a boundary before an ASCII character. Most text needs no more than these two rules.
_PREPEND_BLOCKS: Final = "\u0600-\u08ff\u0d00-\u0d7f\U00011000-\U00011fff"
_boundary_inside: Final = re.compile(f"[{_LONERS}]{{2}}|[^{_PREPEND_BLOCKS}][ -~]").match


@cache
def _cluster_pattern() -> Any:
    """One extended grapheme cluster by the rules of Unicode 10 (UAX #29 revision 31).

    Compiled at first need, with ``regex`` imported only here: it takes 25 ms to load, and
    ``re`` knows no Unicode properties. CR and LF are apart, as in Twilio's calculator.
    """
    import regex  # type: ignore[import-untyped]

    tone = "[\U0001f3fb-\U0001f3ff]"
    # People and gestures that take a skin tone (E_Base), and of these the four that may also
    # follow a joiner (E_Base_GAZ); the rest of what may follow one (Glue_After_Zwj).
    family = "\U0001f466-\U0001f469"
    person = family + (
        "☝⛹✊-✍🎅🏂-🏄🏇🏊-🏌👂👃👆-👐👮👰-👸👼💁-💃💅-💇💪🕴🕵🕺🖐🖕🖖🙅-🙇🙋-🙏🚣🚴-🚶🛀🛌"
        "🤘-🤜🤞🤟🤦🤰-🤹🤽🤾🧑-🧝"
    )
    glued = "♀♂⚕⚖✈❤🌈🌾🍳🎓🎤🎨🏫🏭💋💻💼🔧🔬🗨🚀🚒"
    extend = rf"[\p{{GCB=Extend}}--{tone}]"
    control = r"\r\n\p{GCB=Control}"
    return regex.compile(
        rf"""
        [{control}]
        | \p{{GCB=Prepend}}*+
          (?: \p{{RI}}{{2}}
            | \p{{GCB=L}}* (?: \p{{GCB=LV}} \p{{GCB=V}}* | \p{{GCB=LVT}} | \p{{GCB=V}}+ )
              \p{{GCB=T}}*
            | \p{{GCB=L}}+ | \p{{GCB=T}}+
            | [{person}] {extend}* {tone}
            | [^{control}]
          )?+
          (?: {extend} | \p{{GCB=SpacingMark}}
            | \u200d (?: [{glued}] | [{family}] (?: {extend}* {tone} )? )?
          )*+
        """,
        regex.VERSION1 | regex.VERBOSE,
    )
