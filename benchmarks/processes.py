"""CPU and memory of processes, from /proc: what the operating system itself counted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.support.platform import descendants

__all__ = ["Part", "parts_of"]

TICK = os.sysconf("SC_CLK_TCK")
VOICE = {b"trunkline.voice.media": "media", b"trunkline.voice.speech": "speech"}


@dataclass(frozen=True)
class Part:
    """One part of the platform: CPU seconds so far, and memory in MB."""

    name: str
    cpu: float
    peak_mb: float
    rss_mb: float


def parts_of(supervisor: int, postgres: int | None = None) -> dict[str, Part]:
    """The parts below a supervisor: itself, the main process, PostgreSQL, and the processes of
    voice, where there are any."""
    groups: dict[str, list[int]] = {"supervisor": [supervisor], "main": [], "postgres": []}
    pids = descendants(supervisor)
    if postgres is not None:
        pids += [postgres, *descendants(postgres)]
    for pid in pids:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        groups.setdefault(_name(command), []).append(pid)
    return {name: _part(name, members) for name, members in groups.items()}


def _name(command: bytes) -> str:
    if b"postgres" in command.split(b"\0")[0]:
        return "postgres"
    return next((name for module, name in VOICE.items() if module in command), "main")


def _part(name: str, pids: list[int]) -> Part:
    cpu = peak = rss = 0.0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        cpu += (int(stat[11]) + int(stat[12])) / TICK
        for line in status.splitlines():
            if line.startswith("VmHWM"):
                peak += int(line.split()[1]) / 1024
            elif line.startswith("VmRSS"):
                rss += int(line.split()[1]) / 1024
    return Part(name, cpu, peak, rss)
