"""What the tutorials' TensorFlow 1 did, and what stands for it today; and TensorBoard, then and now. Mostly words."""

import html

import streamlit as st

from lstm_core.errors import CoreError
from lstm_core.service.training_service import TrainingService
from lstm_ui.page import run_name
from lstm_ui.run_exports import log_name, show_log_download
from lstm_ui.session import run_in_hand

# What it was for; TensorFlow 1, as in the tutorials of 2017 to 2019; today, as in the programs above.
THEN_AND_NOW = (
    ("Data goes in", "tf.placeholder, filled by feed_dict at each call", "arguments of a function"),
    (
        "When it is computed",
        "a graph is built first; tf.Session().run() computes it later",
        "at once, line by line; what is under @tf.function is traced to a graph at its first call",
    ),
    (
        "The cell",
        "rnn.BasicLSTMCell(512), stacked by rnn.MultiRNNCell",
        "a cell of one’s own, or keras.layers.LSTM, one after the other",
    ),
    (
        "Reading a window",
        "rnn.static_rnn: the graph holds a copy of the cell for each symbol",
        "a loop: tf.while_loop within the graph, or inside the Keras layer",
    ),
    (
        "Loss",
        "tf.nn.softmax_cross_entropy_with_logits with one-hot targets",
        "sparse_softmax_cross_entropy_with_logits: ids will do",
    ),
    (
        "Gradients and optimizer",
        "tf.train.RMSPropOptimizer(0.001).minimize(cost)",
        "tf.GradientTape, then an update; in Keras compile and fit",
    ),
    (
        "RMSProp begins",
        "with a mean square of 1: short first steps",
        "with 0: long first steps. The recipe article has the old way",
    ),
    (
        "First values",
        "tf.global_variables_initializer() in a session",
        "a variable has its value as soon as it is made",
    ),
    (
        "Keras",
        "a package of its own on top, Keras 2",
        "Keras 3, also without TensorFlow below it; the functional API is the same",
    ),
    ("A network on disk", "tf.train.Saver: checkpoint files and a graph beside", "one .keras file"),
    (
        "Watching it",
        "tf.summary.FileWriter: the graph in TensorBoard",
        "curves, samples and weights in TensorBoard, and this app",
    ),
)

STYLE = """<style>
.then-now table { border-collapse: collapse; width: 100%; table-layout: fixed; }
.then-now th, .then-now td { padding: 0.45em 1.2em 0.45em 0; text-align: left; vertical-align: top; line-height: 1.45; }
.then-now th, .then-now td { border-bottom: 1px solid rgba(128, 128, 128, 0.35); overflow-wrap: anywhere; }
.then-now tbody th { font-weight: 600; }
.then-now thead td { width: 18%; }
@media (max-width: 40rem) {
  .then-now thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .then-now :is(tr, tbody th, td) { display: block; width: auto; border: 0; padding: 0.1em 0; }
  .then-now tr { padding: 0.6em 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
  .then-now td::before { content: attr(data-when); font-size: 0.875em; display: block; opacity: 0.9; }
}
</style>"""


def show_framework_history() -> None:
    """Draw the table of then and now."""
    st.header("What the tutorials wrote in TensorFlow 1", anchor=False)
    st.markdown(
        "Two of the three tutorials are of 2017 and 2018, when TensorFlow worked otherwise. Their programs run no "
        "longer; what they did is all still there under other names."
    )
    st.html(STYLE + then_and_now_html())


def then_and_now_html() -> str:
    """Write the table; on a phone each row becomes a paragraph."""
    when = ("TensorFlow 1, in the tutorials", "today, above")
    rows = "".join(
        f'<tr><th scope="row">{html.escape(what)}</th>'
        + "".join(
            f'<td data-when="{html.escape(name)}">{html.escape(words)}</td>'
            for name, words in zip(when, said, strict=True)
        )
        + "</tr>"
        for what, *said in THEN_AND_NOW
    )
    head = f"<tr><td></td>{''.join(f'<th scope=col>{html.escape(name)}</th>' for name in when)}</tr>"
    return f'<div class="then-now"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def show_tensorboard(service: TrainingService) -> None:
    """Tell how a run's log is opened; with a run in hand, offer it."""
    st.header("A run in TensorBoard", anchor=False)
    view = None
    if run_id := run_in_hand():
        try:
            view = service.view(run_id)
        except CoreError:  # the top bar says that it has gone
            view = None
    if view is None or not view.checkpoint_step:
        st.markdown("Each run can be taken home as a log for TensorBoard: on the page Runs, under *Export*. Then:")
        st.code("pip install tensorboard\ntensorboard --logdir log", language="bash")
        return
    st.markdown("The run in hand as a log: its curves, what it wrote, and how its weights are spread.")
    show_log_download(service, view, "framework_log")
    st.caption("Unpack it, then:")
    st.code(f"pip install tensorboard\ntensorboard --logdir {log_name(run_name(view))}", language="bash")
