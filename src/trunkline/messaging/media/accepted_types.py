"""The content types that media of messages may have: those of Twilio's list.

Source: https://www.twilio.com/docs/messaging/guides/accepted-mime-types. The types of the list that
are for WhatsApp alone (`audio/aac`, `image/webp`) are among them.
"""

from __future__ import annotations

__all__ = ["ACCEPTED", "IMAGES", "accepted_type"]

# Those that are made to fit the phone, and may be as large as all media of a message together.
IMAGES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif"})

_OFFICE = "application/vnd.openxmlformats-officedocument."
ACCEPTED = IMAGES | frozenset(
    {
        *(f"image/{kind}" for kind in ("bmp", "heic", "heif", "tiff", "webp")),
        *(
            f"audio/{kind}"
            for kind in (
                "3gpp", "3gpp2", "aac", "ac3", "amr", "amr-nb", "basic", "l24", "mp4", "mpeg",
                "ogg", "vnd.rn-realaudio", "vnd.wave", "vorbis", "webm",
            )
        ),
        *(
            f"video/{kind}"
            for kind in (
                "3gpp", "3gpp-tt", "3gpp2", "h261", "h263", "h263-1998", "h263-2000", "h264", "mp4",
                "mpeg", "mpeg4", "quicktime", "webm",
            )
        ),
        *(
            f"text/{kind}"
            for kind in ("calendar", "csv", "directory", "richtext", "rtf", "vcard", "x-vcard")
        ),
        *(
            f"application/{kind}"
            for kind in (
                "msword", "pdf", "vcard", "vnd.apple.pkpass", "vnd.ms-excel", "vnd.ms-powerpoint",
            )
        ),
        *(
            _OFFICE + kind
            for kind in (
                "presentationml.presentation", "spreadsheetml.sheet", "wordprocessingml.document",
            )
        ),
    }
)  # fmt: skip


def accepted_type(header: str | None) -> str | None:
    """The type that a Content-Type header names, without its parameters; None when it is none that
    media may have."""
    kind = (header or "").partition(";")[0].strip().lower()
    return kind if kind in ACCEPTED else None
