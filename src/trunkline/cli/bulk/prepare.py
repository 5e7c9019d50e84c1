"""Open the file and its journal, and check that they, the platform and the options fit."""

from __future__ import annotations

import io
import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trunkline.cli.bulk.columns import Columns
from trunkline.cli.bulk.journal import Header
from trunkline.cli.bulk.journal_file import Journal
from trunkline.cli.bulk.lines import Lines, UnknownEncoding, as_utf8
from trunkline.cli.bulk.order import Order, Settings
from trunkline.cli.bulk.read_rows import BadRow, read_header
from trunkline.cli.bulk.report import check_place
from trunkline.cli.bulk.source import Source, open_source
from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import TwilioApi

__all__ = ["Prepared", "prepare"]

SUFFIX = ".trunkline"


@dataclass(frozen=True)
class Prepared:
    """What rows are sent from, and where it is written down."""

    source: Source
    journal: Journal
    lines: Lines  # below the header
    columns: Columns
    delimiter: str


def prepare(order: Order, api: TwilioApi, opened: ExitStack) -> Prepared:
    """Open what is needed; `opened` closes it. Raises Failure, and then nothing was begun."""
    source = open_source(order.path)
    if not source.is_pipe:  # a thread may wait for a pipe for ever
        opened.callback(os.close, source.descriptor)
    path = _journal_path(order, source)
    if order.report is not None:
        check_place(order.report, order.path, path)
    journal = None
    if order.resume:
        if path is None:
            raise Failure("A pipe has no journal of its own: name it by --journal PATH.")
        journal = Journal.resume(path)
    if journal is not None:
        opened.callback(journal.close)
        _check(journal, source, api)
        settings = _same_settings(journal, order.settings)
    else:
        settings = _new_settings(order.settings, api)
    lines, columns = _read_head(source, settings)
    if journal is None:
        journal = Journal.begin(path, _header(source, api, settings))
        opened.callback(journal.close)
    return Prepared(source, journal, lines, columns, settings["delimiter"])


def _journal_path(order: Order, source: Source) -> Path | None:
    if order.journal is not None or source.is_pipe or order.path is None:
        return order.journal
    return order.path.with_name(order.path.name + SUFFIX)


def _read_head(source: Source, settings: dict[str, Any]) -> tuple[Lines, Columns]:
    """The lines below the header, and what it means. Raises Failure."""
    raw = io.FileIO(source.descriptor, closefd=False)
    try:
        lines = Lines(as_utf8(raw, settings["encoding"]))
        header = read_header(lines, settings["delimiter"])
    except (UnknownEncoding, BadRow) as error:
        raise Failure(f"The header of {source.name} cannot be read: {error}") from None
    except OSError as error:
        raise Failure(f"{source.name} cannot be read: {error.strerror}.") from None
    if header is None:
        raise Failure(f"{source.name} is empty: write a header, e.g. to,body.")
    columns = Columns.of(
        header,
        fixed=({"From": [settings["from"]]} if settings["from"] else {}) | settings["set"],
        template=settings["template"],
        ignore_unknown=settings["ignore_unknown"],
    )
    return lines, columns


def _new_settings(asked: Settings, api: TwilioApi) -> dict[str, Any]:
    usual_sender = None
    if not {"From", "MessagingServiceSid"} & {*(asked.fixed or ())}:
        if asked.sender is None and not api.numbers:
            raise Failure("The account has no number: say --from.")
        usual_sender = next(iter(api.numbers), None)
    said = {name: value for name, value in _said(asked).items() if value is not None}
    usual: dict[str, Any] = {
        "from": usual_sender,
        "template": None,
        "set": {},
        "delimiter": ",",
        "encoding": None,
        "ignore_unknown": False,
    }
    return {**usual, **said}


def _same_settings(journal: Journal, asked: Settings) -> dict[str, Any]:
    settings = journal.header.settings
    for name, value in _said(asked).items():
        if value is not None and value != settings.get(name):
            raise Failure(
                f"The journal {journal.path} was begun with another --{name.replace('_', '-')}: "
                "leave it out, and the rest is sent as the rows before."
            )
    return settings


def _said(asked: Settings) -> dict[str, Any]:
    """The settings as a journal keeps them; None where nothing was said."""
    fixed = asked.fixed and {name: list(values) for name, values in asked.fixed.items()}
    return {
        "from": asked.sender,
        "template": asked.template,
        "set": fixed or None,
        "delimiter": asked.delimiter,
        "encoding": asked.encoding,
        "ignore_unknown": asked.ignore_unknown,
    }


def _check(journal: Journal, source: Source, api: TwilioApi) -> None:
    """Raises Failure when the journal is of something else."""
    header = journal.header
    if header.account != api.account_sid:
        raise Failure(
            f"The journal {journal.path} is of account {header.account}, and this is "
            f"{api.account_sid}: name the right platform by --data, the right world by --world."
        )
    if (header.size, header.digest) != (source.size, source.digest):
        raise source.changed_since(journal.path)


def _header(source: Source, api: TwilioApi, settings: dict[str, Any]) -> Header:
    newest = api.get(f"{api.account_path}/Messages.json", {"PageSize": 1})["messages"]
    return Header(
        account=api.account_sid,
        since=newest[0]["sid"] if newest else None,
        size=source.size,
        digest=source.digest,
        settings=settings,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
