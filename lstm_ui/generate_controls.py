"""The controls of /generate: which run writes, from which seed text, and how boldly. Every session key stands here.

Streamlit forgets a widget's value when its page is left; `restore_controls` brings it back, so that no words are lost.
"""

from typing import TYPE_CHECKING, Any

import streamlit as st

from lstm_core.errors import UnknownSymbols
from lstm_core.knobs import MAX_SEED_CHARACTERS, MAX_WRITTEN_SYMBOLS
from lstm_core.text.symbols import join_symbols, split_symbols
from lstm_core.writing.sampling import MAX_TEMPERATURE, Sampling
from lstm_core.writing.writer import Writer
from lstm_ui.page import friendly_errors, run_name
from lstm_ui.session import run_in_hand, take_in_hand

if TYPE_CHECKING:
    from lstm_core.service.training_service import TrainingService
    from lstm_core.service.views import RunView

RUN, SEED_TEXT, TEMPERATURE, LENGTH = "run", "seed_text", "temperature", "length"
GREEDY, TOP_K, TOP_P, RANDOM_SEED, SPEED = (
    "generate_greedy",
    "generate_top_k",
    "generate_top_p",
    "generate_random_seed",
    "generate_speed",
)
COMPARED_TEMPERATURES = tuple(f"generate_temperature_{place}" for place in (1, 2, 3))
KEPT = "generate_kept"  # widget values that outlive a visit to another page

SPEEDS = {"slowly": 4, "at reading speed": 24, "fast": 120, "at once": 100_000}  # symbols per second
TEMPERATURE_WORDS = (  # up to this temperature
    (0.0, "always the likeliest"),
    (0.4, "careful"),
    (0.85, "balanced"),
    (1.15, "as the network believes"),
    (1.5, "bold"),
    (2.0, "wild"),
)
_DEFAULTS: dict[str, Any] = {
    SEED_TEXT: "",
    TEMPERATURE: 0.5,
    LENGTH: 100,
    GREEDY: False,
    TOP_K: 0,
    TOP_P: 1.0,
    RANDOM_SEED: 1,
    SPEED: "at reading speed",
    COMPARED_TEMPERATURES[0]: 0.2,
    COMPARED_TEMPERATURES[1]: 0.6,
    COMPARED_TEMPERATURES[2]: 1.0,
}


def restore_controls() -> None:
    """Give every control its value of the last visit, or its default; call before any of them is drawn."""
    kept = st.session_state.setdefault(KEPT, {})
    for key, default in _DEFAULTS.items():
        kept[key] = st.session_state.setdefault(key, kept.get(key, default))


def choose_run(service: "TrainingService") -> "RunView | None":
    """Let the visitor choose among the runs with a checkpoint; None, with a word on what to do, if there is none."""
    runs = {view.run_id: view for view in service.list_runs() if view.checkpoint_step > 0}
    wanted = run_in_hand()
    if wanted and wanted not in runs:
        with friendly_errors():
            view = service.view(wanted)
            if view.checkpoint_step > 0:  # not listed, yet its address opens it
                runs[wanted] = view
            else:
                st.info("The run in hand has nothing to write with yet: its first checkpoint comes after some seconds.")
    if not runs:
        st.markdown("**No network has learned anything yet.** Train one first: it takes a few seconds.")
        st.page_link("pages/train.py", label="Train on a text", icon=":material/arrow_forward:")
        return None
    st.session_state[RUN] = wanted if wanted in runs else next(iter(runs))
    st.selectbox(
        "Which run writes",
        list(runs),
        key=RUN,
        format_func=lambda run_id: run_name(runs[run_id]),
        on_change=lambda: take_in_hand(st.session_state[RUN]),
        help="Every run that has learned for some seconds can write.",
    )
    return runs[st.session_state[RUN]]


def suggest_seed(view: "RunView", writer: Writer) -> None:
    """Begin with the first symbols of the run's own text, so that Write works at once."""
    if not st.session_state[SEED_TEXT]:
        kind = writer.network.vocabulary.kind
        length = max(3, min(view.spec.window, 12 if kind == "words" else 40))
        opening = split_symbols(view.spec.text[:400], kind)[:length]
        st.session_state[SEED_TEXT] = join_symbols([s for s in opening if s in writer.network.vocabulary.symbols], kind)


def show_seed_box(writer: Writer) -> None:
    """Draw the seed text, and under it the symbols that the network does not know."""
    st.text_area(
        "Seed text",
        key=SEED_TEXT,
        height=90,
        max_chars=MAX_SEED_CHARACTERS,
        help="The network reads this first, then goes on. Any length; it knows only the symbols of its training text.",
    )
    vocabulary = writer.network.vocabulary
    try:
        vocabulary.encode(split_symbols(st.session_state[SEED_TEXT], vocabulary.kind))
    except UnknownSymbols as error:
        _show_unknown(error.nearest, vocabulary.kind)


def _show_unknown(nearest: dict[str, tuple[str, ...]], kind: str) -> None:
    with st.container(border=True, key="generate_unknown"):
        st.markdown("**The network has never met these.** They can be replaced by the nearest ones it knows.")
        for symbol, known in list(nearest.items())[:8]:
            others = f" (also near: {', '.join(known[1:])})" if known[1:] else ""
            st.text(f"{symbol}  →  {known[0] + others if known else 'left out: nothing known is near'}")
        if len(nearest) > 8:
            st.text(f"… and {len(nearest) - 8} more")
        st.button("Replace them", key="generate_replace", on_click=_replace_unknown, args=(nearest, kind))


def _replace_unknown(nearest: dict[str, tuple[str, ...]], kind: str) -> None:
    symbols = split_symbols(st.session_state[SEED_TEXT], kind)
    known = [nearest[symbol][0] if nearest.get(symbol) else symbol for symbol in symbols if nearest.get(symbol, True)]
    st.session_state[SEED_TEXT] = join_symbols(known, kind)


def show_settings() -> None:
    """Draw how long, how boldly and how fast it writes."""
    greedy = st.session_state[GREEDY]
    st.slider(
        "Temperature",
        0.0,
        MAX_TEMPERATURE,
        step=0.05,
        key=TEMPERATURE,
        disabled=greedy,
        help="Low: it nearly always takes the likeliest symbol. High: unlikely ones get their chance.",
    )
    word = TEMPERATURE_WORDS[0][1] if greedy else temperature_word(st.session_state[TEMPERATURE])
    st.caption(f"0 always the likeliest  ·  2 wild  ·  now: **{word}**")
    st.toggle("Always the likeliest (greedy)", key=GREEDY, help="No drawing at all: the same seed text, the same text.")
    st.number_input(
        "Length",
        1,
        MAX_WRITTEN_SYMBOLS,
        step=10,
        key=LENGTH,
        help="How many symbols one press of Write or Go on brings.",
    )
    st.select_slider("Speed", list(SPEEDS), key=SPEED, help="How fast the text appears; it writes no different text.")
    with st.expander("More: top-k, top-p, random seed"):
        st.number_input(
            "Top-k", 0, 1000, key=TOP_K, help="Draw among the k likeliest symbols only; 0 means all of them."
        )
        st.slider(
            "Top-p", 0.05, 1.0, step=0.05, key=TOP_P, help="Draw among the likeliest that together reach this share."
        )
        st.number_input(
            "Random seed",
            0,
            2**31 - 1,
            key=RANDOM_SEED,
            help="The same one writes the same text; change it for another.",
        )


def temperature_word(temperature: float) -> str:
    """Say in words how a temperature writes."""
    return next(word for upper, word in TEMPERATURE_WORDS if temperature <= upper)


def read_sampling(temperature_key: str = TEMPERATURE) -> Sampling:
    """Return how the controls say that symbols are drawn. Raises InvalidSetting as `Sampling` does."""
    greedy = st.session_state[GREEDY] and temperature_key == TEMPERATURE
    temperature = 0.0 if greedy else st.session_state[temperature_key]
    return Sampling(temperature, int(st.session_state[TOP_K]), st.session_state[TOP_P])


def show_compared_temperature(key: str) -> None:
    """Draw the temperature of one of the texts side by side."""
    st.slider("Temperature", 0.0, MAX_TEMPERATURE, step=0.05, key=key)
    st.caption(temperature_word(st.session_state[key]))
