"""The platform that the tests of one process use: started, joined or found when one asks for it."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

from trunkline.testing.connections import Connections
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["PlatformOfRun", "stop_shared"]

__tracebackhide__ = hidden


class PlatformOfRun:
    """The platform of a test run. It costs nothing until a test asks for it."""

    def __init__(
        self, *, data: Path | None = None, run_id: str | None = None, stop_with: int | None = None
    ) -> None:
        """`data` is the folder of a platform that runs already. Without it one is started: for this
        process, or for all processes of the run `run_id` until the process `stop_with` ends."""
        self.control_token = ""
        self._data = data
        self._run_id = run_id
        self._stop_with = stop_with or os.getpid()
        self._connections: Connections | None = None
        self._failure: str | None = None
        self._ends = ExitStack()
        self._turn = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether it was started, or joined, for several processes."""
        return self._connections is not None and self._data is None and self._run_id is not None

    def connections(self) -> Connections:
        """Connections to it. Raises TrunklineError, each time with the same sentence."""
        with self._turn:
            if self._failure is not None:
                raise TrunklineError(self._failure)
            if self._connections is None:
                try:
                    self._connections = self._found() if self._data else self._started()
                except TrunklineError as error:
                    self._failure = str(error)
                    raise
                self._ends.callback(self._connections.close)
            return self._connections

    def stop(self) -> None:
        """End it, if it was started for this process alone."""
        self._ends.close()

    def _found(self) -> Connections:
        from trunkline.server.runtime_file import read_runtime

        assert self._data is not None
        data = self._data.absolute()
        try:
            runtime = read_runtime(data)
        except PermissionError:
            raise TrunklineError(f"The platform on {data} belongs to another user.") from None
        if runtime is None:
            raise TrunklineError(
                f"No Trunkline runs on {data}: start one with `trunkline up --data {data}`, or "
                "leave --trunkline-data out, and the tests start one."
            )
        self.control_token = runtime.control_token
        return Connections(runtime.base_url, data)

    def _started(self) -> Connections:
        from trunkline.server.temporary import PlatformNotStarted, TemporaryPlatform
        from trunkline.testing.shared_platform import shared_platform

        try:
            if self._run_id is not None:
                shared = shared_platform(self._run_id, self._stop_with)
                self.control_token = shared.control_token
                return Connections(shared.base_url, shared.data)
            own = self._ends.enter_context(TemporaryPlatform(stop_with=self._stop_with))
        except PlatformNotStarted as error:
            raise TrunklineError(str(error)) from None
        self.control_token = own.credentials["control_token"]
        return Connections(own.credentials["base_url"], own.data)


def stop_shared(run_id: str) -> None:
    """End the platform that processes of a run have shared, and that was to end with this one."""
    from trunkline.server.temporary import PlatformNotStarted
    from trunkline.testing.shared_platform import shared_platform

    with suppress(PlatformNotStarted):  # nor is there anything to stop
        shared_platform(run_id, os.getpid()).stop()
