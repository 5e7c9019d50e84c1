"""A bucket on the loopback: what an S3-compatible store answers to PUT, GET, ListObjects and
DeleteObjects, in path style, without looking at signatures."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "media"
PAGE = 3  # names in one answer to a list: few, so that clients have to go on


class S3Server:
    """One bucket. Nothing is answered but 500 while it is `down`."""

    def __init__(self, port: int) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []  # method and path
        self.down = False
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server for the length of a `with` block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def _key(self) -> str:
            path = unquote(urlsplit(self.path).path)
            serving.asked.append((self.command, path))
            return path.removeprefix(f"/{BUCKET}").lstrip("/")

        def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _fail(self, status: int, code: str) -> None:
            self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

        def do_PUT(self) -> None:
            key, data = self._key(), self.rfile.read(int(self.headers["Content-Length"]))
            if serving.down:
                return self._fail(500, "InternalError")
            serving.objects[key] = data
            return self._answer(200, ETag=_etag(data))

        def do_GET(self) -> None:
            key = self._key()
            if serving.down:
                return self._fail(500, "InternalError")
            if not key:
                return self._list()
            data = serving.objects.get(key)
            if data is None:
                return self._fail(404, "NoSuchKey")
            told = {"ETag": _etag(data), "Last_Modified": formatdate(0, usegmt=True)}
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
            if asked is None:
                return self._answer(200, data, **told)
            start, end = int(asked[1]), min(int(asked[2]) + 1, len(data))
            told["Content_Range"] = f"bytes {start}-{end - 1}/{len(data)}"
            return self._answer(206, data[start:end], **told)

        def do_POST(self) -> None:
            """DeleteObjects: S3 says that a key is deleted also when there was none."""
            self._key()
            document = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if serving.down or urlsplit(self.path).query != "delete":
                return self._fail(500, "InternalError")
            keys = re.findall(r"<Key>(.*?)</Key>", document)
            for key in keys:
                serving.objects.pop(key, None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

        def _list(self) -> None:
            asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            after = asked.get("continuation-token") or asked.get("start-after") or ""
            keys = sorted(k for k in serving.objects if k.startswith(asked.get("prefix", "")))
            keys = [key for key in keys if key > after]
            shown, more = keys[:PAGE], len(keys) > PAGE
            entries = "".join(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(serving.objects[key])}</Size>"
                f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
                for key in shown
            )
            token = f"<NextContinuationToken>{shown[-1]}</NextContinuationToken>" if more else ""
            page = (
                "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>"
                f"<Name>{BUCKET}</Name><KeyCount>{len(shown)}</KeyCount>"
                f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
            )
            self._answer(200, page.encode(), Content_Type="application/xml")

        def log_message(self, *args: object) -> None:
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    serving = S3Server(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _etag(data: bytes) -> str:
    return f'"{md5(data, usedforsecurity=False).hexdigest()}"'
