"""After training: how often it is right and wrong, how sure it may be believed, and what it gets most wrong."""

import html

import numpy as np
import streamlit as st

from lstm_core.network.trained import TrainedNetwork
from lstm_core.reviewing.report import ReviewReport, build_report
from lstm_core.reviewing.scorer import ReviewScorer
from lstm_core.reviewing.word_pushes import WordPush, word_pushes
from lstm_core.service.training_service import TrainingService
from lstm_core.service.views import RunView
from lstm_core.text.review_set import EncodedReviews
from lstm_core.training.data import prepare_run
from lstm_core.training.review_data import ReviewData
from lstm_ui.page import friendly_errors

REPORT_WANTED = "review_report_of"  # key of the session: run and step whose report this visitor has asked for
SHOWN_WORDS = 60  # of a review that it got wrong
CHART_HEIGHT = 320  # pixels

# The report, the words that pushed most, and the reviews that it got most wrong, as it reads them.
Measured = tuple[ReviewReport, tuple[WordPush, ...], tuple[str, ...]]

STYLE = """<style>
.report table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.report th, .report td { padding: 0.3em 1em 0.3em 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.report th, .report td { border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.report .right { font-weight: 600; }
.report .pushes { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.5rem 2rem; }
.report .pushes div { overflow-wrap: anywhere; line-height: 1.7; }
</style>"""


def show_run_report(service: TrainingService, run: RunView) -> None:
    """Offer the report on a run that rests, and draw it when it has been asked for."""
    if run.is_moving or not run.checkpoint_step:
        return
    wanted = (run.run_id, run.checkpoint_step)
    with st.container(key="review_report"):
        st.header("How good is it?", anchor=False)
        if st.session_state.get(REPORT_WANTED) != wanted:
            st.caption("Measured on reviews that it has not trained on; on IMDB’s 25,000 it takes some seconds.")
            if st.button("Measure it", key="review_measure"):
                st.session_state[REPORT_WANTED] = wanted
                st.rerun()
            return
        with friendly_errors():
            measured = _measure(service, *wanted, run)
            if measured is None:
                st.info("No reviews were held out: there are too few. Train on more to see how it does on new ones.")
                return
            show_report(*measured)


def show_report(report: ReviewReport, pushes: tuple[WordPush, ...], wrong: tuple[str, ...]) -> None:
    """Draw confusion matrix, ROC, reliability, the most wrong reviews and the words that pushed most."""
    st.html(STYLE + f'<div class="report">{_confusion_html(report)}</div>')
    roc, reliability = st.columns(2)
    with roc:
        st.subheader("Every threshold at once (ROC)", anchor=False)
        st.plotly_chart(_roc_chart(report), key="review_roc", config={"displayModeBar": False})
        st.caption(f"Area under the curve {report.auc:.3f}: 1 is perfect, 0.5 a coin.")
    with reliability:
        st.subheader("Can it be believed?", anchor=False)
        st.plotly_chart(_reliability_chart(report), key="review_reliability", config={"displayModeBar": False})
        st.caption(
            f"On the line it is right as often as it says. On average it is off by {report.calibration_error:.1%}."
        )
    st.subheader("Which words push which way", anchor=False)
    st.html(STYLE + f'<div class="report">{_pushes_html(pushes)}</div>')
    st.subheader("What it gets most wrong", anchor=False)
    st.html(STYLE + f'<div class="report">{_wrong_html(report, wrong)}</div>')


@st.cache_resource(max_entries=6, show_spinner="Asking it about every review …")
def _measure(_service: TrainingService, run_id: str, checkpoint_step: int, _run: RunView) -> Measured | None:
    """Measure a network once for all visitors; a newer checkpoint is another one."""
    data = prepare_run(_run.spec)
    assert isinstance(data, ReviewData)
    reviews = data.test if data.test is not None else data.validation
    return None if reviews is None else measure(_service.network(run_id), reviews, _run.spec.window)


def measure(network: TrainedNetwork, reviews: EncodedReviews, window: int) -> Measured:
    """Return the report, the words that pushed most, and the words of the reviews that it got most wrong."""
    scores = ReviewScorer(network).score_encoded(reviews, window)
    report = build_report(scores, reviews.labels)
    wrong = [reviews.review(index)[:SHOWN_WORDS] for index, *_ in report.most_wrong]
    words = tuple(" ".join(network.vocabulary.decode(ids)) for ids in wrong)
    return report, word_pushes(network, reviews), words


def _confusion_html(report: ReviewReport) -> str:
    (true_negative, false_positive), (false_negative, true_positive) = np.asarray(report.confusion).tolist()
    rows = (
        ("is negative", (true_negative, True), (false_positive, False)),
        ("is positive", (false_negative, False), (true_positive, True)),
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(
            f'<td class="{"right" if right else "wrong"}">{"✓" if right else "✗"} {n:,}</td>' for n, right in cells
        )
        + "</tr>"
        for name, *cells in rows
    )
    head = '<tr><td></td><th scope="col">it says negative</th><th scope="col">it says positive</th></tr>'
    return (
        f"<p>Of {report.n:,} reviews it is right about <b>{report.accuracy:.2%}</b>; its loss is {report.loss:.3f}.</p>"
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    )


def _pushes_html(pushes: tuple[WordPush, ...]) -> str:
    parts = []
    for name, sign in (("toward positive", 1), ("toward negative", -1)):
        words = sorted((push for push in pushes if sign * push.mean_push > 0), key=lambda push: -sign * push.mean_push)
        shown = ", ".join(f"<b>{html.escape(push.word)}</b> {push.mean_push:+.2f}" for push in words)
        parts.append(f"<div><b>{name}</b><br>{shown or '–'}</div>")
    return f'<div class="pushes">{"".join(parts)}</div>'


def _wrong_html(report: ReviewReport, wrong: tuple[str, ...]) -> str:
    rows = "".join(
        f"<tr><td>{score:.0%} positive</td><td>{'positive' if label else 'negative'}</td>"
        f"<td>{html.escape(words)} …</td></tr>"
        for (_, score, label), words in zip(report.most_wrong, wrong, strict=True)
    )
    head = "<tr><th>it says</th><th>it is</th><th>the review, as it reads it</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _roc_chart(report: ReviewReport) -> dict:
    curve = {"x": report.roc_false.tolist(), "y": report.roc_true.tolist(), "mode": "lines", "name": "this network"}
    coin = {"x": [0, 1], "y": [0, 1], "mode": "lines", "line": {"dash": "dash"}, "name": "a coin"}
    return _chart([curve, coin], "negative ones taken for positive", "positive ones found")


def _reliability_chart(report: ReviewReport) -> dict:
    filled = [(score, share, count) for score, share, count in report.reliability if count]
    points = {
        "x": [score for score, *_ in filled], "y": [share for _, share, _ in filled], "mode": "lines+markers",
        "name": "this network", "text": [f"{count:,} reviews" for *_, count in filled],
    }  # fmt: skip
    line = {"x": [0, 1], "y": [0, 1], "mode": "lines", "line": {"dash": "dash"}, "name": "as it says"}
    return _chart([points, line], "it says: positive with", "so many are positive")


def _chart(traces: list[dict], x_title: str, y_title: str) -> dict:
    axis = {"range": [0, 1], "tickformat": ".0%"}
    layout = {
        "height": CHART_HEIGHT,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": axis | {"title": {"text": x_title}},
        "yaxis": axis | {"title": {"text": y_title}},
    }
    return {"data": [{"type": "scatter"} | trace for trace in traces], "layout": layout}
