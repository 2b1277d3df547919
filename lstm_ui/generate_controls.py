"""The controls of /generate: which run writes, from which seed text, and how boldly. Every session key stands here.

Streamlit forgets a widget's value when its page is left; `restore_controls` brings it back, so that no words are lost.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from lstm_core.errors import UnknownSymbols
from lstm_core.knobs import MAX_SEED_CHARACTERS, MAX_WRITTEN_SYMBOLS
from lstm_core.network.pretrained import PRETRAINED, WRITERS
from lstm_core.text.symbols import join_symbols, split_symbols
from lstm_core.writing.copied import USUAL_MIN_LENGTH
from lstm_core.writing.sampling import MAX_TEMPERATURE, Sampling
from lstm_core.writing.writer import Writer
from lstm_ui.network_choice import name_network, remember_network, wanted_network
from lstm_ui.page import friendly_errors
from lstm_ui.session import run_in_hand
from lstm_ui.visitor import list_runs

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
MIN_COPIED = {kind: f"generate_min_copied_{kind}" for kind in USUAL_MIN_LENGTH}
KEPT = "generate_kept"  # widget values that outlive a visit to another page
SHIPPED_CHOICE = "generate_shipped"  # the network that ships, and the run that was in hand when it was chosen
SUGGESTED = "generate_suggested"  # the seed text as the page suggested it last

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
    **{key: USUAL_MIN_LENGTH[kind] for kind, key in MIN_COPIED.items()},
}


def restore_controls() -> None:
    """Give every control its value of the last visit, or its default; call before any of them is drawn."""
    kept = st.session_state.setdefault(KEPT, {})
    for key, default in _DEFAULTS.items():
        kept[key] = st.session_state.setdefault(key, kept.get(key, default))


@dataclass(frozen=True)
class Choice:
    """What writes: a run with its view, or (`view` None) a network that ships under the name `network_id`."""

    network_id: str
    view: "RunView | None"


def choice_of(service: "TrainingService", network_id: str) -> Choice:
    """Return what writes under this name. Raises CoreError when the run has gone."""
    return Choice(network_id, None if network_id in PRETRAINED else service.view(network_id))


def choose_network(service: "TrainingService") -> Choice:
    """Let the visitor choose among the runs with a checkpoint and the networks that ship."""
    listed = list_runs(service)
    runs = {view.run_id: view for view in listed if view.checkpoint_step > 0 and not view.is_of_reviews}
    in_hand = run_in_hand()
    if in_hand and in_hand not in runs:
        with friendly_errors():
            view = service.view(in_hand)
            if view.is_of_reviews:
                st.info("The run in hand judges reviews and cannot write; it is at home on the page Reviews.")
            elif view.checkpoint_step > 0:  # not listed, yet its address opens it
                runs[in_hand] = view
            else:
                st.info("The run in hand has nothing to write with yet: its first checkpoint comes after some seconds.")
    offered = [*runs, *WRITERS]
    st.session_state[RUN] = wanted_network(offered, SHIPPED_CHOICE, offered[0])
    st.selectbox(
        "Which network writes",
        offered,
        key=RUN,
        format_func=lambda name: name_network(name, runs),
        on_change=remember_network,
        args=(RUN, SHIPPED_CHOICE),
        help="Every run that has learned for some seconds can write, and so can what ships with the app.",
    )
    chosen = st.session_state[RUN]
    return Choice(chosen, runs.get(chosen))


def suggest_seed(choice: Choice, writer: Writer) -> None:
    """Begin with the first symbols of the network's own text, so that Write works at once.

    A suggestion that nobody has touched makes way for that of another network.
    """
    if st.session_state[SEED_TEXT] not in ("", st.session_state.get(SUGGESTED)):
        return
    kind = writer.network.vocabulary.kind
    if choice.view is None:
        opening = split_symbols(PRETRAINED[choice.network_id].example, kind)
    else:
        length = max(3, min(choice.view.spec.window, 12 if kind == "words" else 40))
        opening = split_symbols(choice.view.spec.text[:400], kind)[:length]
    suggested = join_symbols([symbol for symbol in opening if symbol in writer.network.vocabulary.symbols], kind)
    st.session_state[SEED_TEXT] = st.session_state[SUGGESTED] = suggested


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
    # It stands in a tab: without `persist_state` its value would be lost while another one is open.
    st.slider("Temperature", 0.0, MAX_TEMPERATURE, step=0.05, key=key, persist_state="session")
    st.caption(temperature_word(st.session_state[key]))
