"""`trunkline doctor`: look at everything that a platform needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption

if TYPE_CHECKING:
    from trunkline.cli.checkup.finding import Finding

__all__ = ["doctor"]


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check database, ports, clock, disk, memory, versions, permissions, and what was left behind.

    Each line is `ok`, `warn` or `bad`, and says what to do. The exit code is 1 when something is
    bad. Without a platform that runs, all that can be checked is checked; nothing is changed.

        $ trunkline doctor
          ok    home              /home/you
          ok    data folder       /home/you/.local/share/trunkline
          ok    permissions       of user 1000 alone
          ok    platform          runs at http://127.0.0.1:8080 for 3h, process 4711, 93 MB …
          ok    database          PostgreSQL 18.1, embedded, 12 MB, answers in 0.4 ms
          …
          warn  disk              912 MB free of 50.0 GB, and 2,114,021 more files where /home is.
                                  → Free some, or move the data folder to another disk.
    """
    from trunkline.cli.show import print_json

    findings = list(_findings(data))
    worst = max((finding.level for finding in findings), key=["ok", "warn", "bad"].index)
    if as_json:
        print_json({"worst": worst, "findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    if worst == "bad":
        raise typer.Exit(1)


def _findings(named: Path | None) -> Iterator[Finding]:
    from trunkline.cli.checkup import folder, machine, processes, running, speech, vault
    from trunkline.cli.checkup.finding import bad
    from trunkline.cli.client import Control, NotRunning
    from trunkline.server.start_settings import SettingsInvalid, StartSettings

    yield folder.check_home(os.environ)
    yield from machine.check_versions()
    try:
        settings = StartSettings.read(data=named)
    except SettingsInvalid as error:
        yield bad("settings", str(error), "Set it right.")
        return
    data = settings.data
    yield from running.check_settings(data)
    yield from folder.check_folder(data)
    runs = os.path.isdir(data)
    try:
        control = Control(data)
        yield from running.check_running(control.get("/status"), control.runtime.base_url)
    except NotRunning:
        runs = False
        yield _not_running(data)
        yield from running.check_database_url()
        yield from processes.check_port(settings.host, settings.port)
    except Failure as error:
        if runs:  # else it is told above what is wrong with the folder
            yield bad("platform", str(error), f"Look into {data / 'logs' / 'trunkline.log'}.")
    yield from folder.check_leftovers(data, runs=runs)
    yield from processes.check_others(data, runs=runs)
    yield from speech.check_speech(data)
    yield from vault.check_vault(data)
    yield from machine.check_disk(data)
    yield from machine.check_memory()
    yield from machine.check_clock(data)


def _not_running(data: Path) -> Finding:
    from trunkline.cli.checkup.finding import warn
    from trunkline.cli.client import how_to_start

    return warn("platform", f"None runs on {data}.", f"Start one with {how_to_start(data)}.")


def _print(findings: list[Finding]) -> None:
    import shutil
    import textwrap

    from trunkline.cli.show import NARROW, is_terminal, plain, status

    column = max(len(finding.check) for finding in findings)
    columns = shutil.get_terminal_size().columns if is_terminal() else 0
    narrow = 0 < columns < NARROW
    margin = " " * (8 if narrow else column + 10)
    for finding in findings:
        level = status(finding.level) + " " * (4 - len(finding.level))
        print(f"  {level}  {finding.check.ljust(column)}", end="\n" if narrow else "  ")
        told = [plain(finding.told), *([f"→ {plain(finding.do)}"] if finding.do else [])]
        lines = [
            line
            for text in told
            for line in (textwrap.wrap(text, max(columns - len(margin), 20)) if columns else [text])
        ]
        print(f"{margin if narrow else ''}{lines[0]}")
        for line in lines[1:]:
            print(margin + line)
