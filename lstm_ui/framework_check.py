"""Run the three programs with the same weights on the same windows: do they agree, and how fast are they?"""

import html

import numpy as np
import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.frameworks.comparison import TOLERANCE, TRAINING_STEPS, UNITS_OFFERED, Comparison, ComparisonRequest
from lstm_core.frameworks.parts import FRAMEWORKS
from lstm_core.service.framework_check import FrameworkCheck
from lstm_core.service.training_service import TrainingService
from lstm_core.text.library import LIBRARY
from lstm_ui.page import escape_markdown, friendly_errors

# Keys of the session
CHECK = "framework_check"  # the check that this visitor waits for
RESULT = "framework_result"  # request and comparison of the last one
TROUBLE = "framework_trouble"  # why there is none

LOOK_SECONDS = 0.5
CHART_HEIGHT = 360  # pixels
# One over the other, each drawn so that the ones below are still seen: broad and pale, dashed, single marks.
LOOKS = (
    {"line": {"color": "#4583b5", "width": 9}, "opacity": 0.45, "mode": "lines"},
    {"line": {"color": "#c9661c", "width": 2.5, "dash": "dash"}, "mode": "lines"},
    {"marker": {"color": "#3c9270", "symbol": "circle-open", "size": 13, "line": {"width": 2}}, "mode": "markers"},
)

STYLE = """<style>
.agreement { overflow-x: auto; margin-bottom: 1.5rem; }
.agreement table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
.agreement th, .agreement td { padding: 0.3em 1em 0.3em 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.agreement th { text-align: left; font-weight: 600; vertical-align: bottom; }
.agreement tbody :is(th, td) { white-space: nowrap; }
.agreement th small { display: block; font-weight: 400; }
@media (max-width: 40rem) { .agreement { font-size: 0.875rem; } .agreement :is(th, td) { padding-right: 0.6em; } }
.agreement caption { text-align: left; padding-bottom: 0.4em; }
</style>"""


def show_framework_check(service: TrainingService) -> None:
    """Draw the choice, the button, the progress, and what came of it."""
    st.header("Do they compute the same?", anchor=False)
    st.markdown(
        "All three get the same first weights and the same windows of a text, 16 at a time, 50 letters each. Compared "
        "are the probabilities and all gradients before the first step; then each makes ten steps of training."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="framework_choice"):
        text_name = st.selectbox(
            "Text", list(LIBRARY), key="framework_text", index=list(LIBRARY).index("shakespeare"), width=340,
            format_func=lambda name: LIBRARY[name].title, help="What they read and learn from.",
        )  # fmt: skip
        units = st.selectbox(
            "Units", UNITS_OFFERED, key="framework_units", index=UNITS_OFFERED.index(128), width=110,
            help="Memory cells of the LSTM. More of them take longer.",
        )  # fmt: skip
        st.button(
            "Run all three", key="framework_run", type="primary", on_click=_start, disabled=CHECK in st.session_state,
            args=(service, ComparisonRequest(text_name, units)),
        )  # fmt: skip
    with st.container(key="framework_outcome"):
        if CHECK in st.session_state:
            st.fragment(_show_progress, run_every=LOOK_SECONDS)(service, st.session_state[CHECK])
        elif TROUBLE in st.session_state:
            st.error(escape_markdown(st.session_state[TROUBLE]))
        elif RESULT in st.session_state:
            _show_result(*st.session_state[RESULT])
        else:
            st.caption("Press “Run all three”. It takes some seconds; TensorFlow runs in a training process.")


def _start(service: TrainingService, request: ComparisonRequest) -> None:
    for key in (TROUBLE, RESULT):
        st.session_state.pop(key, None)
    try:
        st.session_state[CHECK] = service.check_frameworks(request)
    except CoreError as error:
        st.session_state[TROUBLE] = str(error)


def _show_progress(service: TrainingService, check: FrameworkCheck) -> None:
    with friendly_errors():
        done = check.done
        if check.is_over:
            st.session_state.pop(CHECK, None)
            try:
                st.session_state[RESULT] = (check.request, check.result())
            except CoreError as error:
                st.session_state[TROUBLE] = str(error)
            st.rerun()
        name = FRAMEWORKS[min(len(done), len(FRAMEWORKS) - 1)]
        st.progress(len(done) / len(FRAMEWORKS), text=f"The {name} program runs …")
        if service.readiness() != "ready":
            st.caption(escape_markdown(service.readiness()))


def _show_result(request: ComparisonRequest, comparison: Comparison) -> None:
    largest = max(agreement.share for agreement in comparison.agreements)
    said = f"the largest difference is {largest:.1e} of an array’s largest value; up to {TOLERANCE:.0e} is rounding."
    if comparison.is_equal:
        st.success(f"**Equal.** In probabilities and gradients {said}")
    else:
        st.warning(f"**Not equal.** In probabilities and gradients {said} Please tell whoever runs this app.")
    table, chart = st.columns(2, gap="large")
    with table:
        st.html(STYLE + agreement_html(comparison) + times_html(comparison))
        st.caption(
            "Measured now, on the machine of this app, NumPy on one core. While other networks train, all three "
            "are slower."
        )
    with chart:
        st.subheader("Ten steps of training", anchor=False)
        st.plotly_chart(
            build_figure(comparison), key="framework_chart", config={"displayModeBar": False},
            alt=describe_curves(comparison),
        )  # fmt: skip
        st.caption(
            f"{escape_markdown(LIBRARY[request.text_name].title)}, {request.units} units. {describe_curves(comparison)}"
        )


def agreement_html(comparison: Comparison) -> str:
    """Write a row for each array: its shape, whether it is equal, its largest value, how far the other two are off."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(found.name)}<small>{" × ".join(map(str, found.shape))}, '
        f"{'✓ equal' if found.is_equal else '✗ not equal'}</small></th><td>{found.largest:.3g}</td>"
        + "".join(f"<td>{difference:.1e}</td>" for difference in found.differences)
        + "</tr>"
        for found in comparison.agreements
    )
    others = "".join(f'<th scope="col">{name}</th>' for name in FRAMEWORKS[1:])
    head = f'<tr><td></td><th scope="col">largest</th>{others}</tr>'
    caption = "<caption>The largest |value| in NumPy, and how far the others are from it at most</caption>"
    return f'<div class="agreement"><table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def times_html(comparison: Comparison) -> str:
    """Write a row for each program: its first step, and the median of those that follow."""
    rows = "".join(
        f'<tr><th scope="row">{run.framework}</th><td>{1000 * run.first_seconds:,.0f} ms</td>'
        f"<td>{1000 * float(np.median(run.step_seconds)):,.1f} ms</td><td>{len(run.step_seconds)}</td></tr>"
        for run in comparison.runs
    )
    head = (
        '<tr><td></td><th scope="col">first step</th><th scope="col">each further step</th>'
        '<th scope="col">median of</th></tr>'
    )
    caption = "<caption>Time per step; at the first one, TensorFlow and Keras also trace their graph</caption>"
    return f'<div class="agreement"><table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def describe_curves(comparison: Comparison) -> str:
    """Say how the loss fell, and how far the curves are apart."""
    losses = np.array([run.losses for run in comparison.runs])
    return (
        f"The loss falls from {losses[0, 0]:.3f} to {losses[0, -1]:.3f} in all three; "
        f"nowhere are the curves more than {np.ptp(losses, axis=0).max():.0e} apart."
    )


def build_figure(comparison: Comparison) -> dict:
    """Draw the losses of the three on each other."""
    steps = list(range(1, TRAINING_STEPS + 1))
    traces = [
        {"type": "scatter", "name": run.framework, "x": steps, "y": run.losses.tolist()} | look
        for run, look in zip(comparison.runs, LOOKS, strict=True)
    ]
    layout = {
        "height": CHART_HEIGHT,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {"title": {"text": "step"}, "dtick": 1},
        "yaxis": {"title": {"text": "loss (nats)"}},
    }
    return {"data": traces, "layout": layout}
