"""What the kernel tells of a process."""

from __future__ import annotations

import os

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def is_running(pid: int) -> bool:
    """Whether the process is there, and more than a zombie."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used so far."""
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / TICKS


def _stat(pid: int) -> list[str]:
    """What follows the name in /proc/PID/stat: proc_pid_stat(5), from its third field on."""
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()
