"""What a browser is told of a wall: each line in words and one packed curve, and of those only what has changed.

No Streamlit here. Everything is text that the browser shows as text.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lstm_core.service.glance import Glance
from lstm_core.service.wall import WallLine

MAX_WROTE = 120  # characters of what a network wrote
Line = dict[str, Any]


@dataclass
class SentLines:
    """What one browser has been told, so that the next message holds the difference alone."""

    version: int = 0
    lines: dict[str, Line] = field(default_factory=dict)

    def forget(self) -> None:
        """Tell everything anew: the browser has lost it."""
        self.lines = {}

    def pack(self, lines: Sequence[WallLine]) -> dict[str, Any]:
        """Return the message that takes a browser from what it was told to `lines`.

        `base` is the version that it must have reached; 0 needs none, and tells everything.
        """
        now = {line.member_id: describe_line(line) for line in lines}
        base = self.version if self.lines else 0
        changed = {name: _difference(self.lines.get(name, {}), line) for name, line in now.items()}
        changed = {name: difference for name, difference in changed.items() if difference}
        if changed or list(now) != list(self.lines):
            self.version += 1
        self.lines = now
        return {"base": base, "version": self.version, "order": list(now), "changed": changed}


def describe_line(line: WallLine) -> Line:
    """Put a line into words."""
    run = line.run
    if run is None:
        return {"name": line.nickname, "rank": "", "score": "no network yet", "curve": "", "out": False} | {
            part: "" for part in ("state", "settings", "wrote", "note")
        }
    reason = line.verdict.reason if line.verdict else ""
    return {
        "name": line.nickname,
        "rank": str(line.rank or ""),
        "score": _score(line, run),
        "state": f"{run.state}, step {run.step:,}",
        "settings": describe_network(run),
        "wrote": " ".join(run.wrote.split())[:MAX_WROTE],
        "note": reason or ("its best was an earlier network" if line.is_earlier else ""),
        "curve": base64.b64encode(run.curve).decode(),
        "out": bool(reason),
    }


def describe_network(run: Glance) -> str:
    """Tell a network's settings as short as a badge, what matters most first."""
    spec = run.spec
    layers = f"{spec.layers} × " if spec.layers > 1 else ""
    reads = "" if spec.reviews is not None else f", by {spec.symbols}"
    return (
        f"{layers}{spec.units} units, {run.parameters:,} parameters, window {spec.window}, "
        f"{spec.optimizer} {spec.learning_rate:g}, batch {spec.batch} · {spec.text_name}{reads}"
    )


def _score(line: WallLine, run: Glance) -> str:
    if line.verdict and line.verdict.bits is not None:
        return f"{line.verdict.bits:.3f} bits per character"
    if line.verdict and not line.verdict.reason:
        return "no result yet"
    if run.spec.reviews is not None and run.accuracy is not None:
        return f"{100 * run.accuracy:.0f} % right"
    if run.loss is None:
        return "begins"
    validated = f", held out {run.validation_loss:.2f}" if run.validation_loss is not None else ""
    return f"loss {run.loss:.2f}{validated}" if math.isfinite(run.loss) else "the loss has overflowed"


def _difference(before: Mapping[str, Any], now: Line) -> Line:
    return {part: value for part, value in now.items() if before.get(part) != value}
