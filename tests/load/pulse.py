"""What a component's script does that keeps itself up to date: looks again after a while, at a file or at the page.

A component whose data name the milliseconds to the next look (`ask_after`) has a pulse. With an `address`, the look
is a request for that file, which says how a run stands; where it stands otherwise than the page was drawn for
(`standing`), or now and then as a sign of life, the page itself is asked, by the component's trigger "tick".
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.WidgetStates_pb2 import WidgetState

SIGN_OF_LIFE_SECONDS = 30.0
EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # the id of all triggers of a component, Streamlit 1.67


class Pulse:
    """The pulse of one component; `take` gets the data of each file, `ask` the trigger that asks the page."""

    def __init__(
        self,
        server: str,
        component_id: str,
        data: dict[str, Any],
        take: Callable[[dict[str, Any]], None],
        ask: Callable[[WidgetState], Awaitable[None]],
    ) -> None:
        self._server = server
        self._component_id = component_id
        self._data = data
        self._take = take
        self._ask = ask
        self._task = asyncio.create_task(self._beat())

    def stop(self) -> None:
        """Look no more."""
        self._task.cancel()

    async def _beat(self) -> None:
        """Look until the page has to be asked; its answer brings a new pulse."""
        signed, ask_after = time.monotonic(), self._data["ask_after"]
        while ask_after:
            await asyncio.sleep(ask_after / 1000)
            told = await self._read_file() if time.monotonic() - signed < SIGN_OF_LIFE_SECONDS else None
            if told is None or told.get("standing") != self._data.get("standing"):
                return await self._ask_page()
            self._take(told)
            ask_after = told["ask_after"]

    async def _ask_page(self) -> None:
        events = json.dumps([{"event": "tick", "value": {"is_hidden": False}}])
        await self._ask(WidgetState(id=EVENTS.format(self._component_id), json_trigger_value=events))

    async def _read_file(self) -> dict[str, Any] | None:
        """Return the file that the component's data name; None when there is none, or the answer was cut short."""
        if not self._data.get("address"):
            return None
        server = urlsplit(self._server)
        reader, writer = await asyncio.open_connection(server.hostname, server.port)
        with closing(writer):
            asked = f"GET /{self._data['address']} HTTP/1.1\r\nHost: {server.netloc}\r\nConnection: close\r\n\r\n"
            writer.write(asked.encode())
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        with suppress(ValueError):
            return json.loads(body) if b" 200 " in head.split(b"\r\n")[0] else None
        return None
