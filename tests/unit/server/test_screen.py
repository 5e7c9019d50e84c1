from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trunkline.server.screen import Screen

CREDENTIALS = {"base_url": "http://x", "account_sid": "AC", "auth_token": "t", "numbers": ["+1"]}


def test_programs_get_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert Screen(Path("/srv"), as_json=True).ready(CREDENTIALS)
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert json.loads(out) == CREDENTIALS
    assert err == ""


def test_a_file_sees_no_progress_and_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(Path("/srv"), as_json=False)
    screen.progress("Starting …")
    screen.progress("")
    screen.ready(CREDENTIALS)
    screen.trouble("It rains.")
    out, err = capsys.readouterr()
    assert out.startswith("Trunkline")
    assert "\x1b" not in out
    assert err == "It rains.\n"


def test_a_reader_that_went_away_disturbs_nobody() -> None:
    program = (
        "import os, sys; from pathlib import Path; from trunkline.server.screen import Screen\n"
        "reading, writing = os.pipe(); os.close(reading); os.dup2(writing, 1)\n"
        "screen = Screen(Path('/srv'), as_json=True)\n"
        "heard = screen.ready({}); screen.ready({}); screen.trouble(f'still here, {heard=}')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == "still here, heard=False\n"
