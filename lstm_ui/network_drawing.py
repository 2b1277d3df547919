"""The network as a drawing that follows the knobs: what flows where, in which shape, and how many parameters.

The drawing runs from top to bottom, so that it fits a narrow column and a phone. Lines and letters take the colour
of the text around them, light or dark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import streamlit as st

from lstm_core.network.shape import NetworkShape

WIDTH, BOX_HEIGHT, LSTM_HEIGHT, ARROW = 380, 54, 96, 34  # in the drawing's own units, about pixels
CELLS_DRAWN = 6  # of a window; more are hinted at by dots
CELL_WIDTH, CELL_STEP = 27, 65

CODING_TEXTS = {
    "integer": "the id itself, as a plain number",
    "one-hot": "one-hot: a 1 at its id, 0 elsewhere",
    "embedding": "a learned vector of {size:,} numbers",
}


@dataclass(frozen=True)
class Stage:
    """One box of the drawing: what it does, its parameters (None: nothing to learn) and the tensor that leaves it."""

    title: str
    detail: str
    parameters: int | None
    sizes: tuple[int, ...]
    axes: tuple[str, ...]  # one name for each of `sizes`
    is_lstm: bool = False

    @property
    def flow(self) -> str:
        """The tensor's shape and its axes in words."""
        return f"{' × '.join(f'{size:,}' for size in self.sizes)}\u2003{' × '.join(self.axes)}"


def iter_stages(shape: NetworkShape, batch: int) -> Iterator[Stage]:
    """Yield the boxes in the order in which data flows through them."""
    counts = {name: prod(size) for name, size in shape.weight_shapes().items()}
    sizes, axes = (batch, shape.window), ("batch", "window")
    yield Stage("Symbols", f"the ids of {_count(shape.window, 'symbol')}", None, sizes, axes)
    detail = CODING_TEXTS[shape.coding].format(size=shape.input_size)
    coded = (*sizes, shape.input_size)
    yield Stage(f"Coding: {shape.coding}", detail, counts.get("embedding"), coded, (*axes, "size"))
    for layer in range(1, shape.layers + 1):
        if shape.targets == "last" and layer == shape.layers:
            sizes, axes = (batch,), ("batch",)  # only its output after the whole window goes on
        parameters = sum(count for name, count in counts.items() if name.startswith(f"lstm_{layer}/"))
        detail = f"{_count(shape.units, 'unit')}, four gates each"
        yield Stage(f"LSTM layer {layer}", detail, parameters, (*sizes, shape.units), (*axes, "units"), is_lstm=True)
    detail = f"softmax over {_count(shape.symbol_count, 'distinct symbol')}"
    parameters = counts["output/kernel"] + counts["output/bias"]
    yield Stage("Output", detail, parameters, (*sizes, shape.symbol_count), (*axes, "symbols"))


def network_svg(shape: NetworkShape, batch: int) -> str:
    """Draw the network as one line of SVG; it holds numbers and words of ours only, nothing that a visitor typed."""
    stages = list(iter_stages(shape, batch))
    parts, y = [], 1
    for stage in stages:
        height = LSTM_HEIGHT if stage.is_lstm else BOX_HEIGHT
        parts.append(_box(stage, y, height))
        if stage.is_lstm:
            parts.append(_cells(shape.window, "window" in stage.axes, y + 70))
        y += height
        parts.append(_arrow(stage.flow, y))
        y += ARROW
    parts.append(_text(14, y + 14, "how likely each symbol is to come next"))
    parts.append(_text(14, y + 38, f"{shape.count_parameters():,} parameters in all", "bold", 15))
    story = "; ".join(f"{stage.title}, {stage.detail}, gives {stage.flow}" for stage in stages)
    return (
        f'<svg viewBox="0 0 {WIDTH} {y + 48}" width="100%" role="img" aria-labelledby="network-title network-story" '
        f'style="font-family: inherit; max-width: 30rem;" fill="currentColor">'
        f'<title id="network-title">The network, with {_count(shape.count_parameters(), "parameter")}</title>'
        f'<desc id="network-story">{story}.</desc>{"".join(parts)}</svg>'
    )


def show_network(shape: NetworkShape, batch: int) -> None:
    """Draw the network on the page."""
    # st.html strips SVG (Streamlit 1.67: DOMPurify with the profile "html"); st.markdown keeps it.
    st.markdown(network_svg(shape, batch), unsafe_allow_html=True)


def _box(stage: Stage, y: int, height: int) -> str:
    learned = "nothing to learn" if stage.parameters is None else _count(stage.parameters, "parameter")
    return (
        f'<rect x="1" y="{y}" width="{WIDTH - 2}" height="{height}" rx="8" fill-opacity="0.05" stroke="currentColor" '
        f'stroke-opacity="0.55"></rect>'
        + _text(14, y + 22, stage.title, "bold", 15)
        + _text(WIDTH - 14, y + 22, learned, anchor="end")
        + _text(14, y + 42, stage.detail)
    )


def _arrow(label: str, y: int) -> str:
    tip = y + ARROW - 2
    return (
        f'<path d="M 30 {y} V {tip} M 25 {tip - 7} L 30 {tip} L 35 {tip - 7}" fill="none" stroke="currentColor" '
        f'stroke-width="1.5"></path>' + _text(46, y + 21, label)
    )


def _cells(window: int, all_speak: bool, y: int) -> str:
    """Draw the layer once per symbol, its state handed from left to right; filled cells hand their output on."""
    drawn = min(window, CELLS_DRAWN)
    parts = []
    for cell in range(drawn):
        x = 14 + cell * CELL_STEP
        opacity = 0.45 if all_speak or cell == drawn - 1 else 0
        box = f'x="{x}" y="{y - 8}" width="{CELL_WIDTH}" height="22" rx="5"'
        parts.append(f'<rect {box} fill-opacity="{opacity}" stroke="currentColor"></rect>')
        if cell:
            dashes = ' stroke-dasharray="2 4"' if cell == drawn - 1 and window > drawn else ""
            path = f"M {x - CELL_STEP + CELL_WIDTH + 3} {y + 3} H {x - 3}"
            parts.append(f'<path d="{path}" stroke="currentColor"{dashes}></path>')
            parts.append(f'<path d="M {x - 8} {y - 1} l 5 4 l -5 4" fill="none" stroke="currentColor"></path>')
    return "".join(parts)


def _text(x: float, y: float, text: str, weight: str = "normal", size: int = 13, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{text}</text>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
