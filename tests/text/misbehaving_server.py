"""A real web server on this machine that holds one text, and misbehaves as the address asks it to."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from lstm_core.text.downloads import DOWNLOADS, DownloadableText

CONTENT = b"Before we proceed any further, hear me speak.\n" * 4_000  # some pieces' worth


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as the last part of the address says."""

    asked: ClassVar[list[str]] = []
    goes_on: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path == "/broken-off":
            self.wfile.write(CONTENT[:100_000])
            self.connection.close()
        elif self.path == "/silent":
            self.wfile.write(CONTENT[:1_000])
            self.goes_on.wait(5)
        elif self.path == "/slow":
            for start in range(0, len(CONTENT), 10):
                if self.goes_on.wait(0.02):
                    break
                self.wfile.write(CONTENT[start : start + 10])
        elif self.path == "/held":
            self.wfile.write(CONTENT[:70_000])
            self.goes_on.wait(10)
            self.wfile.write(CONTENT[70_000:])
        else:
            self.wfile.write(CONTENT if self.path == "/right" else CONTENT[::-1])

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that gives up is what some tests are about."""


@contextmanager
def misbehaving_server() -> Iterator[str]:
    """Serve until the block ends; yields the address without a path. What was asked stands in `Misbehaving.asked`."""
    Misbehaving.asked, Misbehaving.goes_on = [], threading.Event()
    with QuietServer(("127.0.0.1", 0), Misbehaving) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        Misbehaving.goes_on.set()
        listening.shutdown()


def text_at(address: str) -> DownloadableText:
    """Name Tiny Shakespeare as if it lay at this address and were the text of this server."""
    return replace(
        DOWNLOADS["tiny-shakespeare"], url=address, sha256=hashlib.sha256(CONTENT).hexdigest(), size_bytes=len(CONTENT)
    )
