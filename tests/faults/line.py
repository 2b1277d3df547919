"""The line between a browser and the server: a forwarder of bytes that can be cut, and led to another server."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK_BYTES = 2**16


class Line:
    """Forwards connections to a port on this machine; use it in a `with` block, at whose end all threads have ended."""

    def __init__(self, port: int) -> None:
        self.port = port  # of the server; may be changed
        self.is_cut = False
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._begin(self._accept)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone would leave `accept` waiting
        self.cut()
        for thread in self._threads:
            thread.join(timeout=10)
        for end in (self._listener, *self._ends):
            end.close()

    def cut(self) -> None:
        """Break all connections and let none through until `mend`."""
        self.is_cut = True
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def _begin(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was shut
            while True:
                near, _ = self._listener.accept()
                self._ends.append(near)
                try:
                    if self.is_cut:
                        raise ConnectionRefusedError
                    far = socket.create_connection(("127.0.0.1", self.port))
                except OSError:
                    near.close()
                    continue
                self._ends.append(far)
                for source, target in ((near, far), (far, near)):
                    self._begin(self._forward, source, target)

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                target.sendall(chunk)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
