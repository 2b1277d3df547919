"""What a run writes now, what it wrote earlier, and what it predicts: the network's own words, always escaped."""

import html

import streamlit as st

from lstm_core.service.views import RunView
from lstm_core.training.reports import Prediction, SampleNote

TEMPERATURES = {0.2: "careful", 0.5: "balanced", 1.0: "as learned"}
TIMELINE_SHOWN = 30  # they travel to the browser with every tick, some 300 bytes each
TIMELINE_HEIGHT = 260  # pixels
CONTEXT_CHARACTERS = 30  # of a context of characters, the last ones

_SAMPLE_STYLE = """<style>
.sample { margin-bottom: 0.6em; }
.sample small { opacity: 0.8; font-variant-numeric: tabular-nums; }
.sample div { font-family: "Iowan Old Style", Palatino, "Palatino Linotype", "Source Serif", serif; }
.sample div { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; }
.sample.now div { height: 6em; overflow-y: auto; border-left: 3px solid currentColor; padding-left: 0.7em; }
.sample i { font-style: normal; text-decoration: underline; text-decoration-style: dotted; }
</style>"""

_PREDICTION_STYLE = """<style>
.predictions { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.predictions th { text-align: left; font-weight: 600; }
.predictions th, .predictions td { padding: 0.2em 0.5em 0.2em 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.predictions td { overflow-wrap: anywhere; }
.predictions td:last-child, .predictions th:last-child { text-align: right; white-space: nowrap; padding-right: 0; }
.predictions code { background: none; color: inherit; padding: 0; }
</style>"""


def show_live_sample(view: RunView) -> None:
    """Draw the latest sample of each temperature, and the earlier ones in a box of fixed height."""
    kind = view.spec.symbols
    with st.container(key="live_sample"):
        latest = [latest_sample(view.samples, temperature) for temperature in TEMPERATURES]
        slots = zip(TEMPERATURES, latest, strict=True)
        st.html(_SAMPLE_STYLE + "".join(_latest_html(sample, temperature, kind) for temperature, sample in slots))
        st.caption("What it wrote before, newest last")
        with st.container(height=TIMELINE_HEIGHT, key="sample_timeline", autoscroll=True):
            earlier = timeline_html(tuple(sample for sample in view.samples if sample not in latest), kind)
            # What can get the focus can be scrolled with the arrow keys, and the box around it with it.
            st.html(f'<div role="region" tabindex="0" aria-label="What it wrote before">{earlier}</div>')


def show_predictions(view: RunView) -> None:
    """Draw the articles' table: after these symbols, what should come, what the network says, how sure it is."""
    with st.container(key="predictions"):
        if view.predictions:
            head = "Of reviews that begin like this it says" if view.is_of_reviews else "After these symbols it says"
            kind = "review" if view.is_of_reviews else view.spec.symbols
            st.html(_PREDICTION_STYLE + predictions_html(view.predictions, kind, head))
        else:
            st.caption("Its first predictions appear here as soon as it has trained for a moment.")


def latest_sample(samples: tuple[SampleNote, ...], temperature: float) -> SampleNote | None:
    """Return the sample of this temperature with the highest step."""
    of_temperature = [sample for sample in samples if abs(sample.temperature - temperature) < 0.01]
    return max(of_temperature, key=lambda sample: sample.step, default=None)


def timeline_html(samples: tuple[SampleNote, ...], kind: str) -> str:
    """Write the samples in the order of their steps, newest last."""
    ordered = sorted(samples, key=lambda sample: (sample.step, sample.temperature))
    if not ordered:
        return "<small>Nothing yet.</small>"
    shown = "".join(
        f'<div class="sample"><small>step {sample.step:,} · temperature {sample.temperature:g}</small>'
        f"<div>{_words_html(sample, kind)}</div></div>"
        for sample in ordered[-TIMELINE_SHOWN:]
    )
    left_out = len(ordered) - TIMELINE_SHOWN
    return f"<small>{left_out:,} older ones are not shown.</small>{shown}" if left_out > 0 else shown


def predictions_html(predictions: tuple[Prediction, ...], kind: str, head: str = "After these symbols it says") -> str:
    """Write a table with one row per prediction; right and wrong by sign and word, never by colour."""
    rows = "".join(
        f"<tr><td><code>{html.escape(_context(prediction, kind))}</code> → <b>{_shown(prediction.predicted)}</b></td>"
        f"<td>{_verdict(prediction, kind)}</td><td>{100 * prediction.probability:.0f} %</td></tr>"
        for prediction in predictions
    )
    head = f"<tr><th>{head}</th><th>right?</th><th>how sure</th></tr>"
    return f'<table class="predictions"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _latest_html(sample: SampleNote | None, temperature: float, kind: str) -> str:
    label = f"temperature {temperature:g}, {TEMPERATURES[temperature]}"
    words = _words_html(sample, kind) if sample else "–"
    label += f" · step {sample.step:,}" if sample else ""
    return f'<div class="sample now"><small>{label}</small><div tabindex="0">{words}</div></div>'


def _words_html(sample: SampleNote, kind: str) -> str:
    """Underline the seed text: these words were given, the network wrote what follows."""
    if not sample.seed_text:
        return html.escape(sample.text)
    return f"<i>{html.escape(sample.seed_text)}</i>{' ' if kind == 'words' else ''}{html.escape(sample.text)}"


def _context(prediction: Prediction, kind: str) -> str:
    if kind == "review":
        return " ".join(prediction.context) + " …"
    if kind == "words":
        return str(list(prediction.context))
    joined = "".join(prediction.context)
    return repr(joined if len(joined) <= CONTEXT_CHARACTERS else "…" + joined[-CONTEXT_CHARACTERS:])


def _verdict(prediction: Prediction, kind: str) -> str:
    if prediction.predicted == prediction.expected:
        return "✓ right"
    expected = f"<b>{_shown(prediction.expected)}</b>"
    return f"✗ wrong, it is {expected}" if kind == "review" else f"✗ wrong, {expected} comes"


def _shown(symbol: str) -> str:
    return html.escape(symbol if symbol.strip() else repr(symbol))
