"""Master keys that a command prints, e.g. one of a key management service."""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import signal
import subprocess
import time

from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.master_keys import parse_master_keys

__all__ = ["KeyCommand"]

MOST_BYTES = 1 << 16
SECONDS = 10.0
WHERE = "The output of the master key command"


class KeyCommand:
    """A `KeySource`. The command is split into words as a shell would, and no shell runs it.

    Neither the command, which may name a secret, nor anything that it prints is ever shown.
    """

    kind = "command"
    quick = False

    def __init__(self, command: str, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        try:
            self._words = shlex.split(command)
        except ValueError:
            self._words = []
        if not self._words:
            raise VaultError("The master key command is not a command: is a quote left open?")

    def read(self) -> dict[int, bytes]:
        """The keys by version. Raises VaultError when the command fails, takes longer than 10 s,
        or prints something else."""
        deadline = time.monotonic() + self._seconds
        with self._started() as process:
            try:
                output = _output(process, deadline)
                status = process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                raise VaultError(
                    f"The master key command took longer than {self._seconds:g} s."
                ) from None
            finally:
                # What it started is of its group, and ends with it.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
        if status:
            raise VaultError(f"The master key command failed with status {status}.")
        return parse_master_keys(output.decode("latin-1"), WHERE)

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it has a NUL character"
            raise VaultError(f"The master key command cannot be run: {reason}.") from None


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """All that it prints. Raises TimeoutExpired, and VaultError when it is too much."""
    assert process.stdout is not None
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            data = os.read(process.stdout.fileno(), MOST_BYTES)
            if not data:
                return bytes(output)
            output += data
            if len(output) > MOST_BYTES:
                raise VaultError(f"{WHERE} is larger than {MOST_BYTES} bytes.")
    raise subprocess.TimeoutExpired((), 0)
