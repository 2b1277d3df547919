"""The yardsticks of a run's text: found in the background once per text, drawn on the chart, explained at a click."""

import html
import math
from collections.abc import Hashable

import streamlit as st

from lstm_core.service.views import RunView
from lstm_core.text.yardsticks import Yardsticks, measure_yardsticks
from lstm_core.training.data import prepare_data
from lstm_ui.shared_results import SharedResults

MAX_BYTES = 100_000  # of all yardsticks that are kept: some numbers for each text
BYTES = 1_000  # of one text's
DELAY_SECONDS = 1.0  # the page and the first points of the curve come first

SHOWN = "yardsticks_shown"  # key of the switch
EXPLANATIONS = {
    0: "All {count:,} symbols are equally likely: the logarithm of {count:,}.",
    1: "How often each symbol stands in the text, whatever came before.",
    2: "What followed the symbol before.",
    3: "What followed the two symbols before.",
    5: "What followed the four symbols before.",
}
HELD_OUT = (
    "Measured on the {measured:,} symbols that are held out, as the network’s validation. Something new is never "
    "impossible to them: their counts are smoothed (Kneser-Ney)."
)
BY_HEART = (
    "The text is too short to hold a part out, so they are measured on the text itself, which they then know by heart "
    "as far as they look back. Compare them with the training loss."
)
_STYLE = """<style>
.yardsticks { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.yardsticks th { text-align: left; font-weight: 600; white-space: nowrap; }
.yardsticks td, .yardsticks th { padding: 0.25em 0.9em 0.25em 0; vertical-align: top; }
</style>"""


@st.cache_resource(show_spinner=False)
def _shared() -> SharedResults[Yardsticks]:
    return SharedResults("yardsticks", MAX_BYTES, lambda _: BYTES, DELAY_SECONDS)


def find_yardsticks(run: RunView) -> Yardsticks | None:
    """Return the yardsticks of a run's text; None while they are on their way, for reviews, and before the first step.

    Whoever has just pressed Train waits for nothing but the training.
    """
    if run.is_of_reviews or not run.step:
        return None
    spec = run.spec

    def measure() -> Yardsticks:
        data = prepare_data(spec)
        return measure_yardsticks(data.split, data.shape.symbol_count)

    return _shared().get(_key(run), measure)


def are_yardsticks_coming(run: RunView) -> bool:
    """Whether it is worth asking again soon."""
    return _shared().is_coming(_key(run))


def are_shown() -> bool:
    """Whether this visitor wants them on the chart."""
    return bool(st.session_state.get(SHOWN, True))


def lines_on_chart(yardsticks: Yardsticks | None) -> tuple[tuple[str, float], ...]:
    """Return the names and losses to draw; the chart itself draws what knowing nothing costs."""
    if yardsticks is None:
        return ()
    return tuple((mark.name, mark.loss_nats) for mark in yardsticks.marks if mark.order)


def show_yardsticks(yardsticks: Yardsticks | None, symbol_count: int) -> None:
    """Explain each in a sentence, and let them be taken off the chart."""
    st.markdown("**How good is good?** What one reaches on this text without any network, by counting alone.")
    if yardsticks is None:
        st.caption("They are being counted, and appear on the chart a moment after the first step.")
        return
    st.html(_STYLE + yardsticks_html(yardsticks, symbol_count))
    st.caption((HELD_OUT if yardsticks.is_held_out else BY_HEART).format(measured=yardsticks.measured))
    st.toggle("Show them on the chart", True, key=SHOWN, help="The dashed lines across the chart.")


def yardsticks_html(yardsticks: Yardsticks, symbol_count: int) -> str:
    """Write a table: name, loss in nats and in bits, and how it guesses."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(mark.name)}</th><td>{mark.loss_nats:.3f}</td>'
        f"<td>{mark.loss_nats / math.log(2):.2f}</td>"
        f"<td>{EXPLANATIONS[mark.order].format(count=symbol_count)}</td></tr>"
        for mark in yardsticks.marks
    )
    head = '<tr><td></td><th scope="col">loss</th><th scope="col">bits</th><th scope="col">how it guesses</th></tr>'
    return f'<table class="yardsticks"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _key(run: RunView) -> Hashable:
    spec = run.spec  # Python keeps the hash of a text beside it: it is worked out once
    return (hash(spec.text), len(spec.text), spec.symbols, spec.vocabulary, spec.window)
