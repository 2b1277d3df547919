"""A visitor without a browser: speaks Streamlit's own protocol and ticks like a page, at a thousandth of the cost.

What a browser does is done here as Streamlit 1.67's script does it: one websocket, a rerun message with the state of
all widgets that were touched, a timer for each fragment that runs by itself, messages applied in the order in which
they come. Nothing is drawn. `crowd.py` has many of them visit at once.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, RunIdentity
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from lstm_core.service.owners import make_token
from lstm_ui.visitor import TOKENS_COOKIE
from tests.load.pulse import Pulse
from tests.load.shown import Shown, ShownPage

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWER_SECONDS = 60.0  # a deadline on a busy machine, never a measure
FRAGMENT_RAN = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
BEGUN_ANEW = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


class LightVisitor:
    """One visitor with one page open, as a session of its own. Use it in an `async with` block, which ends it.

    Each has a token of its own in its cookie, as a browser has: its runs belong to it alone.
    `errors` holds each error that the page has shown; `chart` and `status` what it was told last of the run it shows.
    """

    def __init__(self, address: str) -> None:
        if urlsplit(address).hostname not in LOOPBACK:
            raise ValueError(f"a crowd visits this machine alone, not {address}")
        self._address = address
        self.token = make_token()
        self._socket: ClientConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: dict[str, asyncio.Task[None]] = {}  # by fragment
        self._pulses: dict[str, Pulse] = {}  # by component
        self._page = ShownPage()
        self._drawing = RunIdentity()
        self._states: dict[str, WidgetState] = {}  # by widget id: what this visitor has set
        self._page_name = self._page_hash = ""
        self._awaited = ""  # the "start" of a run or its "end", before `_finished` is set;
        self._awaited_fragment = ""  # of the page, or of this fragment; a tick of another may come between
        self._finished = asyncio.Event()
        self._changed = asyncio.Event()
        self.query = ""
        self.errors: list[str] = []
        self.chart: dict[str, Any] = {}
        self.status: dict[str, Any] = {}
        self.ticks = 0
        self.received_bytes = 0

    async def __aenter__(self) -> "LightVisitor":
        address = self._address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": f"{TOKENS_COOKIE}={self.token}"},
            max_size=None,
            open_timeout=ANSWER_SECONDS,
            close_timeout=1,
        )
        self._tasks.append(asyncio.create_task(self._listen()))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_timers()
        for pulse in self._pulses.values():
            pulse.stop()
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            await self._socket.close()

    # What a visitor does; each returns the seconds until the page was drawn

    async def open(self, path: str, query: str = "") -> float:
        """Open a page of the app, such as "/train"."""
        self._page_name, self._page_hash, self.query = path.strip("/"), "", query
        return await self._run()

    async def press(self, key: str) -> float:
        """Press the button that the page draws under this key."""
        shown = self._page.find(key)
        button = WidgetState(id=shown.widget.id, trigger_value=True)
        return await self._run(button, shown.fragment)

    async def set(self, key: str, value: str | float) -> float:
        """Set a widget: boxes and choices take a string, the label of what is chosen; numbers and sliders a number."""
        return await self._run(fragment=self._set(key, value).fragment)

    async def set_all(self, **values: str | float) -> float:
        """Set several widgets at once: the page is drawn once."""
        for key, value in values.items():
            self._set(key, value)
        return await self._run()

    async def submit(self, key: str, **values: str) -> float:
        """Fill the boxes of a form, and press its button."""
        for name, value in values.items():
            self._set(name, value)
        return await self.press(key)

    # What a visitor sees

    def has(self, key: str) -> bool:
        """Tell whether the page has a widget of this key."""
        return self._page.has(key)

    def is_disabled(self, key: str) -> bool:
        """Tell whether the widget of this key cannot be used."""
        return bool(self._page.find(key).widget.disabled)

    def words(self) -> str:
        """Return all that the page says in plain elements."""
        return self._page.words()

    def run_id(self) -> str:
        """Return the id of the run that the address names; "" before there is one."""
        return parse_qs(self.query).get("run", [""])[0]

    def has_point(self) -> bool:
        """Tell whether the chart shows at least one step."""
        return bool(self.chart.get("steps") or self.chart.get("curves", {}).get("x"))

    def run_state(self) -> str:
        """Return the state of the run that the page shows, such as "finished"; "" when it shows none."""
        found = re.search(r'class="status-state".*?<b>(\w+)</b>', self.words())
        return self.status.get("state", "") or (found[1] if found else "")

    async def wait_for(self, happens: Callable[[], bool], seconds: float = ANSWER_SECONDS) -> float:
        """Wait until the page shows something; return the seconds it took. Raises TimeoutError."""
        started = time.perf_counter()
        while not happens():
            self._changed.clear()
            left = seconds - (time.perf_counter() - started)
            await asyncio.wait_for(self._changed.wait(), max(0.0, left))
        return time.perf_counter() - started

    # Out

    async def _run(self, trigger: WidgetState | None = None, fragment: str = "") -> float:
        """Have the page drawn, or the fragment that a widget stands in, and wait until it is."""
        started = time.perf_counter()
        self._finished.clear()
        self._awaited, self._awaited_fragment = "start", fragment
        await self._send(fragment, trigger)
        await asyncio.wait_for(self._finished.wait(), ANSWER_SECONDS)
        return time.perf_counter() - started

    async def _send(self, fragment: str = "", trigger: WidgetState | None = None, is_tick: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, is_tick
        state.page_script_hash, state.page_name = self._page_hash, self._page_name
        state.widget_states.widgets.extend([*self._states.values(), *([trigger] if trigger else [])])
        state.context_info.url = f"{self._address}/{self._page_name}"
        state.context_info.locale, state.context_info.timezone = "en", "UTC"
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())

    async def _tick(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self.ticks += 1
            await self._send(fragment, is_tick=True)

    # In

    async def _listen(self) -> None:
        assert self._socket is not None
        async for data in self._socket:
            assert isinstance(data, bytes)
            self.received_bytes += len(data)
            self._take(ForwardMsg.FromString(data))
            self._changed.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":  # what comes from here to its end belongs to this run
            self._drawing = message.metadata.run
            if not self._drawing.fragment_ids:
                self._stop_timers()  # the page names those that go on
            ran = list(self._drawing.fragment_ids)
            if self._awaited == "start" and (not ran or self._awaited_fragment in ran):
                self._awaited = "end"
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self._take_delta(message)
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            self._finish(message)

    def _take_delta(self, message: ForwardMsg) -> None:
        place, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            return self._page.put(place, None)
        shown = Shown(delta.new_element, delta.fragment_id, self._drawing.script_run_id)
        self._page.put(place, shown)
        kind = delta.new_element.WhichOneof("type")
        if getattr(shown.widget, "set_value", False):
            self._states.pop(shown.widget.id, None)  # the server knows better what stands there
        if kind == "exception" or (kind == "alert" and shown.widget.format == Alert.ERROR):
            self.errors.append(shown.words)
        if kind == "bidi_component" and shown.widget.json:
            self._take_component(shown.widget, delta.fragment_id)

    def _take_component(self, component: BidiComponent, fragment: str) -> None:
        """Take what a component was told, and have it look again when it says so."""
        data = json.loads(component.json)
        if not isinstance(data, dict):
            return
        self._take_run(data)
        if pulse := self._pulses.pop(component.id, None):
            pulse.stop()
        if data.get("ask_after"):

            async def ask(trigger: WidgetState) -> None:
                self.ticks += 1
                await self._send(fragment, trigger)

            self._pulses[component.id] = Pulse(self._address, component.id, data, self._take_look, ask)

    def _take_look(self, data: dict[str, Any]) -> None:
        self.ticks += 1
        self._take_run(data)
        self._changed.set()

    def _take_run(self, data: dict[str, Any]) -> None:
        self.chart = data.get("chart", self.chart)
        self.status = data.get("status", self.status)

    def _finish(self, message: ForwardMsg) -> None:
        """Forget what the page, or a fragment of it, has not drawn again; tell whoever waits for this."""
        run = self._drawing
        if message.script_finished == BEGUN_ANEW:
            if self._awaited == "end":
                self._awaited = "start"
            return
        is_fragment = message.script_finished == FRAGMENT_RAN
        self._page.keep_drawn(run.script_run_id, run.fragment_ids if is_fragment else ())
        for component_id in self._pulses.keys() - self._page.ids():
            self._pulses.pop(component_id).stop()
        if self._awaited == "end":
            self._awaited = ""
            self._finished.set()

    # Timers

    def _start_timer(self, fragment: str, seconds: float) -> None:
        self._stop_timer(fragment)
        self._timers[fragment] = asyncio.create_task(self._tick(fragment, seconds))

    def _stop_timer(self, fragment: str) -> None:
        if timer := self._timers.pop(fragment, None):
            timer.cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)

    def _set(self, key: str, value: str | float) -> Shown:
        """Remember what a widget is set to, as its kind is sent."""
        shown = self._page.find(key)
        state, kind = WidgetState(id=shown.widget.id), shown.element.WhichOneof("type")
        if kind == "button_group":
            state.string_array_value.data.append(value)
        elif kind == "slider":
            state.double_array_value.data.append(value)
        elif kind == "number_input":
            state.double_value = value
        else:
            state.string_value = value
        self._states[state.id] = state
        return shown
