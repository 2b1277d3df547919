"""Mute a unit, or hold it, and see what the network writes, believes or judges without it."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from lstm_core.insight.interventions import WrittenBoth, hold_units, max_written, write_both
from lstm_core.insight.trace import TextTrace
from lstm_core.network.held_units import HeldUnits
from lstm_core.network.review_network import sigmoid
from lstm_core.reviewing.scorer import Verdict, word_confidence
from lstm_core.text.symbols import join_symbols
from lstm_core.writing.sampling import MAX_TEMPERATURE, Sampling
from lstm_core.writing.symbol_writer import WrittenSymbol
from lstm_ui.inside_held import choose_interventions, describe_interventions
from lstm_ui.inside_network import Subject
from lstm_ui.inside_text import trace_held
from lstm_ui.page import friendly_errors
from lstm_ui.review_verdict import verdict_html
from lstm_ui.symbol_names import symbol_words

LENGTH, TEMPERATURE, RANDOM_SEED = "inside_length", "inside_temperature", "inside_random_seed"
SEED_SYMBOLS = {"characters": 120, "words": 20}  # of the text, which the network goes on from
LENGTHS = {"characters": 300, "words": 60}
MAX_LENGTH = 1_000
CONTEXT = {"characters": 30, "words": 6}  # symbols that are quoted before the one that changed most
LEAST_CHANGE = 0.0005  # nats; less is shown as nothing
LEAST_SHARE = 0.001  # of a probability


@st.fragment
def show_intervention(subject: Subject, trace: TextTrace) -> None:
    """Draw which units are held and how, and what comes of it."""
    what = "whether the verdict changes" if subject.judges else "whether it still writes the same"
    st.caption(f"Take a unit away, or hold it at one value, and look {what}. The network itself stays as it is.")
    with friendly_errors():
        interventions = choose_interventions(subject)
        held = hold_units(subject.network, interventions)
        said = describe_interventions(subject, interventions)
        changed = trace_held(subject, trace, tuple(interventions), held)
        if subject.judges:
            show_verdicts(trace, changed, said)
        else:
            show_losses(trace, changed, said)
            _show_writing(subject, trace, held, said)


def show_losses(trace: TextTrace, changed: TextTrace, said: str) -> None:
    """Draw the loss on the text with and without, and the place where it matters most."""
    if trace.beliefs is None or changed.beliefs is None or len(trace.read) < 2:
        return
    before, after = trace.beliefs.loss_nats, changed.beliefs.loss_nats
    is_same = abs(after - before) < LEAST_CHANGE
    moved = "no change" if is_same else f"{after - before:+.3f} nats per symbol".replace("-", "−")
    st.html(
        f'<div class="both-losses"><p>Loss on the text above<b>{before:.3f}</b>untouched</p>'
        f"<p>with {html.escape(said)}<b>{after:.3f}</b>{moved}</p></div>"
    )
    st.text(describe_most_changed(trace, changed))


def describe_most_changed(trace: TextTrace, changed: TextTrace) -> str:
    """Say at which symbol of the text two traces differ most in what they expected."""
    assert trace.beliefs is not None and changed.beliefs is not None
    given, now_given = np.exp(-trace.beliefs.surprises[:-1]), np.exp(-changed.beliefs.surprises[:-1])
    place = int(np.argmax(np.abs(now_given - given)))
    if abs(now_given[place] - given[place]) < LEAST_SHARE:
        return "At every symbol of it the network expects the same as before."
    kind, symbols = trace.read.kind, trace.read.symbols
    context = join_symbols(symbols[max(0, place + 1 - CONTEXT[kind]) : place + 1], kind)
    return (
        f"It matters most after “…{context}”: that {symbol_words(symbols[place + 1])} comes next was given "
        f"{given[place]:.1%}, and is now given {now_given[place]:.1%}."
    )


def written_html(written: tuple[WrittenSymbol, ...], same: int, gap: str) -> str:
    """Write what was written, escaped; what is the same in both texts faint, the first difference marked."""
    symbols = [html.escape(symbol.symbol) for symbol in written]
    if same >= len(symbols):
        return f'<p class="written-both"><span class="as-before">{gap.join(symbols)}</span></p>'
    before, at, rest = gap.join(symbols[:same]), symbols[same], gap.join(symbols[same + 1 :])
    shown = "⏎\n" if at == "\n" else "␣" if at == " " else at
    return f'<p class="written-both"><span class="as-before">{before}{gap}</span><mark>{shown}</mark>{gap}{rest}</p>'


def _show_writing(subject: Subject, trace: TextTrace, held: Sequence[HeldUnits | None], said: str) -> None:
    kind = subject.network.vocabulary.kind
    st.header("What it writes", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_writing_settings"):
        temperature = st.slider(
            "Temperature",
            0.0,
            MAX_TEMPERATURE,
            0.5,
            step=0.1,
            key=TEMPERATURE,
            width=260,
            help="Low: nearly always the likeliest symbol. High: unlikely ones get their chance.",
            persist_state="session",
        )
        most = min(MAX_LENGTH, max_written(subject.network))
        length = st.number_input(
            "Length",
            5,
            most,
            min(LENGTHS[kind], most),
            step=10,
            key=f"{LENGTH}_{kind}_{most}",
            width=140,
            help=f"How many symbols both write; with this network up to {most:,}.",
        )
        random_seed = st.number_input(
            "Random seed",
            0,
            2**31 - 1,
            1,
            key=RANDOM_SEED,
            width=140,
            help="Both texts are drawn with the same random numbers; another seed, another pair of texts.",
            persist_state="session",
        )
    seed = trace.read.ids[: SEED_SYMBOLS[kind]].tolist()
    both = write_both(subject.network, seed, held, int(length), Sampling(float(temperature)), int(random_seed))
    st.caption(f"Both go on from the first {len(seed)} symbols of the text above, {_tell_difference(both)}")
    for column, name, written in zip(
        st.columns(2, gap="medium"), ("Untouched", f"With {said}"), (both.untouched, both.held), strict=True
    ):
        with column:
            st.markdown(f"**{name}**")
            st.html(written_html(written, both.same, subject.gap))


def _tell_difference(both: WrittenBoth) -> str:
    if both.same >= len(both.held):
        return "and write the same: nothing of it depends on what was held."
    return f"and write the same {both.same} symbol{'' if both.same == 1 else 's'}; then they part ways."


def show_verdicts(trace: TextTrace, changed: TextTrace, said: str) -> None:
    """Draw the verdict on the review above with and without."""
    for column, name, one in zip(
        st.columns(2, gap="medium"), ("Untouched", f"With {said}"), (trace, changed), strict=True
    ):
        with column:
            st.markdown(f"**{name}**")
            st.html(verdict_html(_verdict(one), is_small=True))
    if trace.log_odds is not None and changed.log_odds is not None:
        moved = changed.log_odds - trace.log_odds
        st.caption(
            f"The log odds moved by {moved:+.2f}; 0.7 doubles or halves the odds of a good verdict.".replace("-", "−")
        )


def _verdict(trace: TextTrace) -> Verdict:
    score = float(sigmoid(np.array(trace.log_odds)))
    label = "positive" if score > 0.5 else "negative"
    known = float(trace.read.is_known.mean())
    return Verdict(score, label, word_confidence(score, label), known, (), len(trace.read), 0)
