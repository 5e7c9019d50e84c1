import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.support.echo_server import Asked
from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO, VARIABLE, routes_text
from trunkline.redirect.in_process import Redirected, redirected

URL = "https://api.twilio.com/x"
PYTHON = Path(in_process.__file__).parent / "python"


def server():
    with urllib.request.urlopen(URL, timeout=30) as answer:
        return Asked.of(answer.read()).server


def is_on():
    return socket.getaddrinfo.__code__.co_filename.startswith(str(PYTHON))


def test_it_is_on_within_its_block(platform):
    assert not is_on()
    with redirected({platform.url: TWILIO}):
        assert is_on()
        assert server() == platform.port
    assert not is_on()


def test_it_is_off_after_an_error(platform):
    with pytest.raises(RuntimeError), redirected({platform.url: TWILIO}):
        raise RuntimeError
    assert not is_on()


def test_the_newest_counts_and_the_one_before_it_afterwards(platform, elsewhere):
    outer = redirected({platform.url: TWILIO})
    inner = redirected({elsewhere.url: ["api.twilio.com"]})
    for _ in range(3):
        outer.start()
        assert server() == platform.port
        inner.start()
        assert server() == elsewhere.port
        inner.stop()
        assert server() == platform.port
        outer.stop()
    assert not is_on()


def test_it_may_end_in_another_order(platform, elsewhere):
    outer, inner = redirected({platform.url: TWILIO}), redirected({elsewhere.url: TWILIO})
    outer.start()
    inner.start()
    outer.stop()
    assert server() == elsewhere.port
    inner.stop()
    inner.stop()
    assert not is_on()


def test_hosts_that_the_newest_does_not_name_are_not_redirected(platform, elsewhere):
    with redirected({platform.url: TWILIO}), redirected({elsewhere.url: ["example.com"]}):
        assert in_process.load().find("api.twilio.com") is None
    with redirected({}):
        assert in_process.load().find("api.twilio.com") is None


def test_it_counts_for_every_thread(platform):
    seen = []
    with redirected({platform.url: TWILIO}):
        thread = threading.Thread(target=lambda: seen.append(server()))
        thread.start()
        thread.join()
    assert seen == [platform.port]


def test_bad_routes_are_refused_before_anything_changes():
    with pytest.raises(ValueError, match=r"no HOST=http://HOST:PORT: twilio.com=nowhere"):
        Redirected({"nowhere": ["twilio.com"]})
    assert not is_on()


NESTED = """
import sys, urllib.request
from trunkline.redirect.in_process import redirected

def ask():
    with urllib.request.urlopen("https://api.twilio.com/x") as answer:
        return answer.read().decode()

print(ask())
with redirected({sys.argv[1]: ["api.twilio.com"]}):
    print(ask())
print(ask())
"""


def test_a_program_that_was_redirected_from_the_start_is_so_afterwards(platform, elsewhere):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NESTED, elsewhere.url],
        env={"PYTHONPATH": str(PYTHON), VARIABLE: routes_text({platform.url: TWILIO})},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    servers = [Asked.of(line).server for line in done.stdout.splitlines()]
    assert servers == [platform.port, elsewhere.port, platform.port]


def test_the_package_is_loaded_once():
    assert in_process.load() is sys.modules["trunkline_redirect"]
    assert in_process.load() is in_process.load()
