"""Write the generated documents: `python -m trunkline.server.documents docs`.

They are made from the declarations, so they cannot say what the program does not do. A test
compares the committed files with what this module makes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from trunkline import __version__
from trunkline.control.openapi import openapi_document as control_document
from trunkline.control.resources import declared_operations
from trunkline.rest.documentation import coverage_markdown
from trunkline.rest.openapi import openapi_document
from trunkline.server.compose import resource_classes
from trunkline.settings import Settings

__all__ = ["documents", "main"]

NOTES = {
    "api": (
        "Test credentials may use CreateMessage, CreateCall and CreateIncomingPhoneNumber, with the"
        " magic numbers of Twilio's documentation; everything else answers 403 and code 20008."
    ),
    "CreateMessage": "`price` stays null: nothing is billed yet.",
    "FetchMedia": (
        "Without a suffix it answers 307: the bytes are at the address that it leads to, for four"
        " hours."
    ),
    "FetchBalance": "The balance does not change: nothing is billed yet.",
    "CreateCall": (
        "`price` stays null. Machine detection, SIP credentials, `Byoc` and `CallToken` are checked"
        " and do nothing yet."
    ),
    "FetchRecording": (
        "The audio is at the same address without a suffix, or with `.wav` or `.mp3`:"
        " [recordings.md](recordings.md)."
    ),
    "ListConferenceRecording": "There are no conferences yet: the list is empty.",
}
CONFIGURATION_HEAD = """\
# Configuration

Generated from `trunkline/settings.py`; do not edit. Everything has a default. A variable of the
environment wins over it, and an option of the command line over both.

| Variable | Default | What it sets |
|---|---|---|
"""
CONFIGURATION_TAIL = """
## Carriers

`TRUNKLINE_CARRIERS` is a JSON list. Each entry names a carrier and the E.164 prefixes of the
recipients that it serves; every other number is a virtual phone. The longest prefix wins.

```json
[{"name": "uk", "factory": "my_package.carrier:make", "prefixes": ["+44"], "options": {}}]
```

`factory` is called with the name and the options and gives an object with the interface in
`trunkline/carriers/interface.py`. Carriers for SMPP and for upstream providers are to come.
"""


def documents() -> dict[str, str]:
    """The text of each generated file, by its path below `docs`."""
    classes = resource_classes()
    return {
        "coverage.md": coverage_markdown(classes, NOTES),
        "configuration.md": _configuration(),
        "openapi/twilio.json": _json(openapi_document(classes, version=__version__)),
        "openapi/control.json": _json(control_document(declared_operations())),
    }


def main() -> None:
    """Write every document below the folder that the command line names."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    for name, text in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _json(document: dict[str, Any]) -> str:
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=1)
    return encoded.decode() + "\n"


def _configuration() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        if name == "data":
            default = "`~/.local/share/trunkline`"
        elif field.default_factory is not None:
            default = "none"
        else:
            default = "none" if field.default is None else f"`{field.default}`"
        rows.append(f"| `TRUNKLINE_{name.upper()}` | {default} | {field.description} |")
    return CONFIGURATION_HEAD + "\n".join(rows) + "\n" + CONFIGURATION_TAIL


if __name__ == "__main__":
    main()
