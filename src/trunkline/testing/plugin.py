"""The pytest plugin: fixtures `trunkline` and `async_trunkline`.

It is loaded into every run of pytest where Trunkline is installed. So it imports nothing of
Trunkline before a test asks for a fixture, and does nothing for tests that do not.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trunkline.testing.asynchronous import AsyncTrunkline
    from trunkline.testing.fixture import Trunkline
    from trunkline.testing.platform_of_run import PlatformOfRun

DATA = "The folder of a platform that runs: the tests use it, and start none"
WITHIN = "Real seconds for which `expects` waits for what an app sends by itself (1)"
CONTROLLER = "trunkline_controller"  # of xdist's workerinput: the pid of the process that ends last
SHARED = "trunkline_shared"  # of its workeroutput: whether the worker has used a platform

platform_key: pytest.StashKey[PlatformOfRun] = pytest.StashKey()
sync_key: pytest.StashKey[Trunkline] = pytest.StashKey()
shared_key: pytest.StashKey[str] = pytest.StashKey()
difference_key: pytest.StashKey[list[str]] = pytest.StashKey()
async_key: pytest.StashKey[AsyncTrunkline] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trunkline", "Trunkline, a platform for apps that use Twilio")
    group.addoption("--trunkline-data", metavar="DIR", default=None, help=f"{DATA}.")
    parser.addini("trunkline_data", f"{DATA}.", default="")
    parser.addini("trunkline_within", f"{WITHIN}.", default="1")


@pytest.fixture
def trunkline(request: pytest.FixtureRequest) -> Iterator[Trunkline]:
    """A world of Trunkline for this test: an account, numbers, phones and a clock."""
    from trunkline.testing.errors import TrunklineError
    from trunkline.testing.lifetime import world_for

    sentence = None
    try:
        within = _within(request.config)
        with world_for(request.node.name, _platform(request.config), within=within) as world:
            request.node.stash[sync_key] = world
            yield world
            del request.node.stash[sync_key]
    except TrunklineError as error:
        sentence = str(error)
    if sentence is not None:
        pytest.fail(sentence, pytrace=False)


@pytest.fixture
def async_trunkline(
    trunkline: Trunkline, request: pytest.FixtureRequest
) -> Iterator[AsyncTrunkline]:
    """The same for an asynchronous test, with methods to be awaited."""
    from trunkline.testing.asynchronous import AsyncTrunkline

    asynchronous = AsyncTrunkline(trunkline)
    request.node.stash[async_key] = asynchronous
    yield asynchronous
    asynchronous._close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    asynchronous = item.stash.get(async_key, None)
    test = getattr(item, "obj", None)
    case: Any = getattr(item, "instance", None)
    # What the test's event loop serves has to end on it, while it runs.
    if asynchronous is not None and hasattr(case, "addAsyncCleanup"):
        case.addAsyncCleanup(asynchronous._stop)  # unittest.IsolatedAsyncioTestCase
    elif asynchronous is not None and inspect.iscoroutinefunction(test):
        item.obj = asynchronous._around(test)  # type: ignore[attr-defined]
    try:
        return (yield)
    finally:
        if asynchronous is not None:
            item.obj = test  # type: ignore[attr-defined]
            asynchronous._close()  # what a fixture had served for a test that is not asynchronous


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    world = item.stash.get(sync_key, None)
    if world is not None and report.failed and call.excinfo is not None:
        from trunkline.testing.errors import ExpectationFailed

        told = call.excinfo.errisinstance(ExpectationFailed)
        text = world._report(brief=told)
        if difference_key in item.config.stash:
            lines = item.config.stash[difference_key]
            text = "\n".join(["Conversation (- expected, + said):", *lines, "", text])
        report.sections.append(("trunkline", text))
    item.config.stash.setdefault(difference_key, [])
    del item.config.stash[difference_key]
    return report


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    names = (type(left).__name__, type(right).__name__)
    if op != "==" or "Transcript" not in names:
        return None
    from trunkline.testing.transcript import Transcript, difference

    found, wanted = (left, right) if isinstance(left, Transcript) else (right, left)
    if not isinstance(found, Transcript) or not isinstance(wanted, str):
        return None
    lines = config.stash[difference_key] = difference(found, wanted)
    # Pytest shows few lines of this; all of them are in the section of the report.
    changed = [line for line in lines if not line.startswith(" ")]
    return ["the conversation was another one (- expected, + said):", *changed]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist with which process the platform is to end."""
    node.workerinput[CONTROLLER] = os.getpid()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell xdist's controller whether this worker has used a platform."""
    platform = session.config.stash.get(platform_key, None)
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None and platform is not None and platform.is_shared:
        output[SHARED] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of xdist that has ended."""
    if getattr(node, "workeroutput", {}).get(SHARED):
        node.config.stash[shared_key] = node.workerinput["testrunuid"]


def pytest_unconfigure(config: pytest.Config) -> None:
    platform = config.stash.get(platform_key, None)
    if platform is not None:
        platform.stop()
    if shared_key in config.stash:
        from trunkline.testing.platform_of_run import stop_shared

        stop_shared(config.stash[shared_key])


def _platform(config: pytest.Config) -> PlatformOfRun:
    platform = config.stash.get(platform_key, None)
    if platform is None:
        from trunkline.testing.platform_of_run import PlatformOfRun

        worker: dict[str, Any] = getattr(config, "workerinput", {})
        platform = config.stash[platform_key] = PlatformOfRun(
            data=_data(config),
            run_id=worker.get("testrunuid"),
            stop_with=worker.get(CONTROLLER),
        )
    return platform


def _data(config: pytest.Config) -> Path | None:
    """The folder that is named: from where pytest was called, or from where its ini file is."""
    if told := config.getoption("--trunkline-data"):
        return config.invocation_params.dir / Path(told).expanduser()
    told = config.getini("trunkline_data")
    return config.rootpath / Path(told).expanduser() if told else None


def _within(config: pytest.Config) -> float:
    from trunkline.testing.errors import TrunklineError

    told = config.getini("trunkline_within")
    try:
        within = float(told)
    except ValueError:
        within = -1.0
    if not 0 <= within <= 3600:
        raise TrunklineError(f"The ini option trunkline_within is a number of seconds: '{told}'.")
    return within
