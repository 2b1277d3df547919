"""The line between a browser and the server: a forwarder of bytes that can be cut, and led to another server."""

import socket
import threading
from contextlib import suppress

CHUNK_BYTES = 2**16


class Line:
    """Forwards connections to a port on this machine; use it in a `with` block."""

    def __init__(self, port: int) -> None:
        self.port = port  # of the server; may be changed
        self.is_cut = False
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Break all connections and let none through until `mend`."""
        self.is_cut = True
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                try:
                    if self.is_cut:
                        raise ConnectionRefusedError
                    far = socket.create_connection(("127.0.0.1", self.port))
                except OSError:
                    near.close()
                    continue
                for source, target in ((near, far), (far, near)):
                    self._open.add(source)
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                target.sendall(chunk)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        self._open.discard(source)
        source.close() if target not in self._open else None
