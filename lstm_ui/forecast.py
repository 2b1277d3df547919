"""Predict first: what the visitor expects of the next run. Next: `outcome.py`, which compares it with what came."""

import math

import streamlit as st

from lstm_core.network.spec import RunSpec
from lstm_core.training.forecast import MAX_LOSS, MAX_WORDS, Forecast
from lstm_ui.train_setup import measure_spec

COUNT = "forecast_count"  # key of the session: fields with a new number are empty again
QUESTION = "forecast_suggested"  # a question that a lesson proposes


def show_forecast_form(spec: RunSpec | None) -> None:
    """Ask what the visitor expects; nothing need be said."""
    number = st.session_state.get(COUNT, 0)
    with st.expander("Predict first (if you like)", key="forecast"):
        st.caption(
            "Write down what will come before you press Train. It stays with the run and cannot be changed; afterwards "
            f"it stands beside the result, here and on the lab sheet. {_tell_start(spec)}"
        )
        st.number_input(
            "Loss at the end", 0.0, MAX_LOSS, None, 0.1, format="%g", key=f"forecast_loss_{number}",
            placeholder="not said", persist_state="session",
            help="How surprised it will be by the next symbol, in nats: 0 means never.",
        )  # fmt: skip
        st.text_area(
            "Why?", key=f"forecast_why_{number}", max_chars=MAX_WORDS, height=80, persist_state="session",
            help="What makes you think so? A wrong guess with a reason teaches more than a right one without.",
        )  # fmt: skip
        st.text_input(
            "The question that this run shall answer", st.session_state.get(QUESTION, ""),
            key=f"forecast_question_{number}", max_chars=MAX_WORDS, persist_state="session",
            help="It stands at the top of the lab sheet.",
        )  # fmt: skip


def suggest_question(question: str) -> None:
    """Have the form, when it is drawn next, empty but for this question."""
    st.session_state[QUESTION] = question
    st.session_state[COUNT] = st.session_state.get(COUNT, 0) + 1


def read_forecast(spec: RunSpec) -> Forecast:
    """Return what was written down of a run on a text. Raises InvalidSetting."""
    if spec.reviews is not None:
        return Forecast()
    number = st.session_state.get(COUNT, 0)
    loss, why, question = (st.session_state.get(f"forecast_{part}_{number}") for part in ("loss", "why", "question"))
    return Forecast.build(loss, why or "", question or "")


def forget_forecast() -> None:
    """Have the form empty when it is drawn next: what stood there has gone into a run."""
    st.session_state.pop(QUESTION, None)
    st.session_state[COUNT] = st.session_state.get(COUNT, 0) + 1


def _tell_start(spec: RunSpec | None) -> str:
    """Tell the loss of a network that knows nothing, which every prediction begins from."""
    count = measure_spec(spec)[0].symbol_count if spec is not None else 0
    return f"Of its {count:,} symbols, one that knows nothing has loss {math.log(count):.2f}." if count > 1 else ""
