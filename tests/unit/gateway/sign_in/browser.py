"""A person at a browser: follows redirects, keeps cookies, fills in forms, obeys the page's policy.

Synchronous, as the clients that open a browser are: call it in a thread.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.buttons: list[tuple[int, str, str]] = []
        self.tags: set[str] = set()
        self.events: list[str] = []
        self.text = ""
        self.style = ""
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self._in_style = tag == "style"
        self.events += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "form":
            assert given["method"] == "post"
            assert "action" not in given
            self.forms.append({})
        elif tag == "input":
            self.forms[-1][given["name"]] = given.get("value", "")
        elif tag == "button" and "name" in given:
            self.buttons.append((len(self.forms) - 1, given["name"], given["value"]))

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.style += data
        else:
            self.text += data + " "


class Page:
    """What the browser shows."""

    def __init__(self, answer: requests.Response) -> None:
        self.url = answer.url
        self.status = answer.status_code
        self.headers = answer.headers
        reader = _Reader()
        reader.feed(answer.text)
        self.forms, self.buttons, self.tags = reader.forms, reader.buttons, reader.tags
        self.text = " ".join(reader.text.split())
        self.html = answer.text
        self.events = reader.events
        self.style = reader.style

    @property
    def query(self) -> dict[str, str]:
        """The query of where the browser ended."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    @property
    def shown_code(self) -> str:
        """The code that the page shows."""
        found = re.search(r'<code class="shown">([a-z2-7]+)</code>', self.html)
        assert found is not None, self.text
        return found[1]


class Browser:
    """See the module."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, url: str) -> Page:
        """Go to an address, following redirects."""
        page = Page(self.session.get(url, timeout=20))
        self._check(page)
        return page

    def enter(self, page: Page, **values: str) -> Page:
        """Fill in the first form that has these fields and send it."""
        form = next(one for one in page.forms if values.keys() <= one.keys())
        return self.send(page, form | values)

    def press(self, page: Page, decision: str) -> Page:
        """Press the button of that value."""
        index, name, value = next(one for one in page.buttons if one[2] == decision)
        return self.send(page, page.forms[index] | {name: value})

    def send(self, page: Page, fields: dict[str, str], **headers: str) -> Page:
        """Send a form of the page, as a browser does: with its `Origin`, and only to where the
        policy lets forms lead."""
        parts = urlsplit(page.url)
        given = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        answer = self.session.post(
            page.url, data=fields, headers=given | headers, allow_redirects=False, timeout=20
        )
        if answer.is_redirect:
            target = urljoin(page.url, answer.headers["Location"])
            where = urlsplit(target)
            policy = re.search(r"form-action ([^;]*)", page.headers["Content-Security-Policy"])
            assert policy is not None
            sources = policy[1].split()
            assert f"{where.scheme}://{where.netloc}" in sources, f"{target} against {sources}"
            return Page(self.session.get(target, timeout=20))
        answered = Page(answer)
        self._check(answered)
        return answered

    def _check(self, page: Page) -> None:
        """Every page of ours: nothing that runs, nothing from elsewhere, in no frame, not kept."""
        policy = page.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, page.text
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert not page.tags & {"script", "img", "link", "iframe", "object", "embed", "base"}
        assert page.events == []
        digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy  # else the page would be bare
