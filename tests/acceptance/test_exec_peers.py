"""`exec --proxy` with programs of other languages, as Debian has them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.executing import Exec
from tests.support.platform import World

pytestmark = pytest.mark.peers

PROXY = ["--proxy"]
NOBODY = "AC" + "0" * 32
JAVA = """
import java.net.URI;
import java.net.http.*;
public class Ask {
    public static void main(String[] words) throws Exception {
        var uri = URI.create(words[0]);
        var connection = (java.net.HttpURLConnection) uri.toURL().openConnection();
        System.out.println(connection.getResponseCode());
        var request = HttpRequest.newBuilder(uri).build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode());
    }
}
"""
# What each is told to do: ask for the URL that is its last word, and print the status.
ASKING = {
    "curl": ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}"],
    "wget": ["sh", "-c", "wget -SO- \"$0\" 2>&1 | sed -n 's,^  HTTP/1.1 \\([0-9]*\\).*,\\1,p'"],
    "ruby": ["ruby", "-rnet/http", "-e", "puts Net::HTTP.get_response(URI(ARGV[0])).code"],
    "php": [
        "php",
        "-r",
        "$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, true); curl_exec($c);"
        "echo curl_getinfo($c, CURLINFO_HTTP_CODE), curl_error($c);",
    ],
    "java": ["java", "Ask.java"],
}
PACKAGES = {
    "curl": "curl",
    "wget": "wget",
    "ruby": "ruby",
    "php": "php-cli php-curl",
    "java": "default-jdk-headless",
}


@pytest.fixture
def exec_(platform: World, short_tmp: Path) -> Exec:
    return Exec(short_tmp / "acceptance data", platform.name)


def here(name: str) -> None:
    """Fails where a program is not installed."""
    if shutil.which(name) is None:
        pytest.fail(f"{name} is not here: apt-get install {PACKAGES[name]}", pytrace=False)


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_program_of_another_language(exec_: Exec, tmp_path: Path, name: str, scheme: str) -> None:
    here(name)
    (tmp_path / "Ask.java").write_text(JAVA)
    url = f"{scheme}://api.dublin.ie1.twilio.com/2010-04-01/Accounts/{NOBODY}.json"
    done = exec_(*ASKING[name], url, options=PROXY, cwd=tmp_path)
    assert done.code == 0, done.err
    assert set(done.out.split()) == {"401"}  # asked without credentials


def test_curl_sends_a_message(exec_: Exec, platform: World) -> None:
    here("curl")
    script = (
        "curl -sS -u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN"
        " https://api.twilio.com/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/Messages.json"
        " -d To=+14155550123 --data-urlencode From=$TWILIO_PHONE_NUMBER -d Body=Hello"
    )
    sent = json.loads(exec_.output("sh", "-c", script, options=PROXY))
    assert (sent["body"], sent["account_sid"]) == ("Hello", platform.account_sid)


def test_curl_sends_a_large_body_with_100_continue(exec_: Exec, tmp_path: Path) -> None:
    here("curl")
    (tmp_path / "large").write_bytes(b"Body=" + b"x" * (1 << 20))
    url = f"https://api.twilio.com/2010-04-01/Accounts/{NOBODY}/Messages.json"
    words = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@large"]
    assert exec_.output(*words, url, options=PROXY, cwd=tmp_path) in ("401", "413")


def test_curl_reaches_another_host_with_its_own_certificate(exec_: Exec, tmp_path: Path) -> None:
    """Refused by the host itself, and not for a certificate of ours."""
    here("curl")
    words = ["curl", "-sS", "--noproxy", "", "https://127.0.0.1:9/"]
    done = exec_(*words, options=PROXY, cwd=tmp_path)
    assert (done.code, done.err.strip()) == (
        56,
        "curl: (56) CONNECT tunnel failed, response 502",
    )
