import functools
import http.client
import socket
import threading
import urllib.error
import urllib.request

import pytest
import requests
import urllib3

from tests.support.certificates import Authority
from tests.support.echo_server import Asked, echo_server
from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

URL = "https://api.twilio.com/x?y=1"


def by_urllib(url, **options):
    with urllib.request.urlopen(url, timeout=30, **options) as answer:
        return answer.read()


def by_http_client(url):
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[scheme]
    connection = kind(host, timeout=30)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse().read()
    connection.close()
    return answer


def by_urllib3(url):
    with urllib3.PoolManager() as manager:
        return manager.request("GET", url, retries=False).data


def by_requests(url, **options):
    with requests.get(url, timeout=30, **options) as answer:
        return answer.content


CLIENTS = [by_urllib, by_http_client, by_urllib3, by_requests]
clients = pytest.mark.parametrize("ask", CLIENTS)


@pytest.mark.usefixtures("redirect")
@clients
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.twilio.com/x?y=1", "api.twilio.com"),
        ("http://api.twilio.com/x?y=1", "api.twilio.com"),
        ("https://twilio.com/x?y=1", "twilio.com"),
        ("https://a.b.c.twilio.com/x?y=1", "a.b.c.twilio.com"),
        ("https://api.twilio.com:443/x?y=1", "api.twilio.com"),
        ("https://api.twilio.com:8443/x?y=1", "api.twilio.com:8443"),
        ("https://API.Twilio.com/x?y=1", "api.twilio.com"),
        ("https://api.twilio.com./x?y=1", "api.twilio.com"),
    ],
)
def test_a_request_comes_to_the_platform_as_it_was_meant(ask, url, host, platform):
    asked = Asked.of(ask(url))
    assert platform.asked == [asked]
    assert asked.path == "/x?y=1"
    # Clients differ in whether they keep case, dot and a needless port, redirected or not.
    assert asked.host.lower().replace("com.", "com").replace(":443", "") == host


@pytest.mark.usefixtures("redirect", "dead_proxy")
@clients
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_of_the_environment_are_not_asked(ask, scheme, platform):
    asked = Asked.of(ask(f"{scheme}://api.twilio.com/x"))
    assert (asked.server, asked.host, asked.path) == (platform.port, "api.twilio.com", "/x")


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_that_are_named_are_not_asked(scheme, platform, elsewhere):
    url = f"{scheme}://api.twilio.com/x"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({scheme: elsewhere.url}))
    with opener.open(url, timeout=30) as answer:
        assert Asked.of(answer.read()).server == platform.port
    with urllib3.ProxyManager(elsewhere.url) as manager:
        assert Asked.of(manager.request("GET", url).data).server == platform.port
    assert Asked.of(by_requests(url, proxies={scheme: elsewhere.url})).server == platform.port
    assert [asked.host for asked in platform.asked] == ["api.twilio.com"] * 3
    assert elsewhere.asked == []


@pytest.mark.usefixtures("redirect")
def test_a_connection_to_a_proxy_forwards_other_hosts_only(platform, elsewhere):
    connection = http.client.HTTPConnection("127.0.0.1", elsewhere.port, timeout=30)

    def ask(url, **headers):
        connection.request("GET", url, headers=headers)
        return Asked.of(connection.getresponse().read())

    first = ask("http://other.example.com/x")
    assert (first.server, first.path) == (elsewhere.port, "http://other.example.com/x")
    second = ask("http://user:secret@api.twilio.com/x#part")
    assert (second.server, second.path, second.host) == (platform.port, "/x", "api.twilio.com")
    third = ask("HTTPS://API.twilio.com:8443?y=1", Host="named.example.com")
    assert (third.server, third.path, third.host) == (platform.port, "/?y=1", "named.example.com")
    assert third.connection == second.connection
    fourth = ask("/x")
    assert (fourth.server, fourth.host) == (elsewhere.port, f"127.0.0.1:{elsewhere.port}")
    connection.close()


@pytest.mark.usefixtures("redirect")
def test_a_tunnel_is_not_dug(platform, nowhere):
    port = int(nowhere.rpartition(":")[2])
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30)
    connection.set_tunnel("api.twilio.com", 443)
    connection.request("GET", "/x")
    asked = Asked.of(connection.getresponse().read())
    assert (asked.server, asked.method, asked.host) == (platform.port, "GET", "api.twilio.com")
    connection.close()


@pytest.mark.usefixtures("redirect")
@clients
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_other_hosts_are_left_alone(ask, host, platform, elsewhere):
    asked = Asked.of(ask(f"http://{host}:{elsewhere.port}/x"))
    assert (asked.server, asked.host) == (elsewhere.port, f"{host}:{elsewhere.port}")
    assert platform.asked == []


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("ask", [by_urllib, by_requests, by_urllib3])
def test_redirections_lead_into_and_out_of_the_platform(ask, platform, elsewhere):
    if ask is by_urllib3:
        ask = follow_with_urllib3
    out = Asked.of(ask(f"https://api.twilio.com/redirect?to={elsewhere.url}/x"))
    assert (out.server, out.path) == (elsewhere.port, "/x")
    into = Asked.of(ask(f"{elsewhere.url}/redirect?to={URL}"))
    assert (into.server, into.host) == (platform.port, "api.twilio.com")


def follow_with_urllib3(url):
    with urllib3.PoolManager() as manager:
        return manager.request("GET", url).data


@pytest.mark.usefixtures("redirect")
def test_a_connection_serves_many_requests(platform):
    with requests.Session() as session:
        for _ in range(3):
            assert session.post(URL, data="x").status_code == 200
    assert len({asked.connection for asked in platform.asked}) == 1
    assert [asked.body for asked in platform.asked] == ["x"] * 3


@pytest.mark.usefixtures("redirect")
def test_nobody_is_warned_of_what_is_not_verified(platform):
    assert Asked.of(by_requests(URL, verify=False)).server == platform.port


@pytest.mark.usefixtures("redirect")
def test_bodies_are_streamed(platform):
    def parts():
        yield b"one"
        assert platform.asked == []
        yield b"two"

    with requests.post(URL, data=parts(), timeout=30) as answer:
        asked = Asked.of(answer.content)
    assert (asked.body, asked.headers["transfer-encoding"]) == ("onetwo", "chunked")


@pytest.mark.usefixtures("redirect")
def test_timeout_source_address_and_socket_options_are_kept():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        source = free.getsockname()
    connection = http.client.HTTPSConnection("api.twilio.com", timeout=7, source_address=source)
    connection.connect()
    assert connection.sock.gettimeout() == 7
    assert connection.sock.getsockname() == source
    assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert (connection.host, connection.port) == ("api.twilio.com", 443)
    connection.close()
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    other = urllib3.connection.HTTPSConnection("api.twilio.com", timeout=8, socket_options=options)
    other.connect()
    assert other.sock.gettimeout() == 8
    assert other.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert (other.host, other.port, other.is_verified) == ("api.twilio.com", 443, True)
    other.close()


@pytest.mark.parametrize("proxied", [False, True])
def test_a_platform_that_is_away_is_told_by_the_clients_own_error(proxied, nowhere, request):
    if proxied:
        request.getfixturevalue("dead_proxy")
    with redirected({nowhere: TWILIO}):
        with pytest.raises(urllib.error.URLError) as by_library:
            by_urllib(URL)
        assert isinstance(by_library.value.reason, ConnectionRefusedError)
        with pytest.raises(ConnectionRefusedError):
            by_http_client(URL)
        with pytest.raises(requests.ConnectionError) as refused:
            by_requests(URL)
        assert not isinstance(refused.value, requests.exceptions.ProxyError)
        with pytest.raises(urllib3.exceptions.NewConnectionError):
            by_urllib3(URL)


@pytest.mark.usefixtures("redirect")
def test_kinds_of_connection_with_ways_of_their_own_are_redirected(platform):
    class OfALibrary(http.client.HTTPSConnection):
        def connect(self):
            raise AssertionError("it would connect to the real host")

    class ThroughSocks(urllib3.connection.HTTPSConnection):
        def _new_conn(self):
            raise AssertionError("it would ask its proxy")

    for kind in (OfALibrary, ThroughSocks):
        connection = kind("api.twilio.com", timeout=30)
        connection.request("GET", "/x")
        connection.getresponse()
        connection.close()
    assert [asked.host for asked in platform.asked] == ["api.twilio.com"] * 2


def test_kinds_that_are_made_while_it_is_on_are_as_they_were_written_afterwards(platform):
    made = []

    def connect(_):
        return "its own"

    with redirected({platform.url: TWILIO}):

        class Counting(http.client.HTTPConnection):
            def __init_subclass__(cls, name, **options):
                super().__init_subclass__(**options)
                made.append(name)

        class Own(Counting, name="own"):
            pass

        Other = type("Other", (Counting,), {"connect": connect}, name="other")
        assert vars(Other)["connect"] is not connect
    assert made == ["own", "other"]
    assert vars(Other)["connect"] is connect
    assert "connect" not in vars(Own)
    assert "__init_subclass__" not in vars(http.client.HTTPConnection)


@pytest.mark.usefixtures("redirect")
def test_an_answer_has_the_url_that_was_asked():
    with requests.get(URL, timeout=30) as answer:
        assert answer.url == URL
    with urllib.request.urlopen(URL, timeout=30) as answer:
        assert answer.url == URL


def test_a_pooled_connection_goes_where_its_host_leads_now(platform, elsewhere, tmp_path):
    """`localhost` is a real host here, with TLS and without."""
    authority = Authority(tmp_path)
    url, path = "://localhost:{}/x", "/x"
    with (
        echo_server(authority.serving("localhost")) as secure,
        echo_server() as plain,
        urllib3.PoolManager(ssl_context=authority.trusting()) as pool,
    ):
        raw = http.client.HTTPSConnection(
            "localhost", secure.port, context=authority.trusting(), timeout=30
        )

        def by_raw():
            raw.request("GET", path)
            return raw.getresponse().read()

        def servers():
            answers = [
                pool.request("GET", "https" + url.format(secure.port)).data,
                pool.request("GET", "http" + url.format(plain.port)).data,
                by_raw(),
            ]
            return [Asked.of(answer).server for answer in answers]

        here = redirected({platform.url: ["localhost"]})
        there = redirected({elsewhere.url: ["localhost"]})
        real = [secure.port, plain.port, secure.port]
        assert servers() == real
        for _ in range(2):
            with here:
                assert servers() == [platform.port] * 3
                with there:
                    assert servers() == [elsewhere.port] * 3
                assert servers() == [platform.port] * 3
            assert servers() == real
        with there:
            assert servers() == [elsewhere.port] * 3
        raw.close()
    hosts = {asked.host for asked in platform.asked}
    assert hosts == {f"localhost:{secure.port}", f"localhost:{plain.port}"}


def test_a_request_on_its_way_when_it_ends_gets_an_error_of_the_connection():
    """No platform answers here: the socket listens and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        failed = []
        here = redirected({f"http://127.0.0.1:{silent.getsockname()[1]}": TWILIO})
        here.start()
        connection = http.client.HTTPSConnection("api.twilio.com", timeout=30)
        connection.request("GET", "/x")

        def wait_for_the_answer():
            try:
                connection.getresponse()
            except OSError as error:
                failed.append(error)

        thread = threading.Thread(target=wait_for_the_answer)
        thread.start()
        here.stop()
        thread.join()
        connection.close()
    assert [type(error).__name__ for error in failed] == ["RemoteDisconnected"]


def test_an_answer_that_is_being_read_when_it_ends_is_read_to_its_end(platform):
    connection = http.client.HTTPSConnection("api.twilio.com", timeout=30)
    with redirected({platform.url: TWILIO}):
        connection.request("POST", "/x", body="y" * 100_000)
        answer = connection.getresponse()
    assert len(Asked.of(answer.read()).body) == 100_000
    connection.close()


@pytest.mark.usefixtures("redirect")
def test_many_threads_at_once(platform, elsewhere):
    wrong = []

    def ask(session, number):
        server, host = ((platform, "api.twilio.com"), (elsewhere, "127.0.0.1"))[number % 2]
        url = f"https://{host}/x" if number % 2 == 0 else f"{elsewhere.url}/x"
        if Asked.of(session.get(url, timeout=30).content).server != server.port:
            wrong.append(url)

    with requests.Session() as session:
        asking = [threading.Thread(target=functools.partial(ask, session, n)) for n in range(40)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    assert wrong == []
    assert (len(platform.asked), len(elsewhere.asked)) == (20, 20)
