"""A short tour of /train: ten stops, each at the part it speaks of, which it opens; left at any time by Escape."""

from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_HTML = """<div class="tour"><button class="tour-begin" type="button">Take the tour: ten stops</button>
<section class="tour-card" role="dialog" aria-labelledby="tour-title" aria-describedby="tour-words"
 tabindex="-1" hidden>
<p class="tour-place"></p><p class="tour-title" id="tour-title"></p><p class="tour-words" id="tour-words"></p>
<div class="tour-buttons"><button class="tour-leave" type="button">Leave the tour</button>
<span><button class="tour-back" type="button">Back</button><button class="tour-next" type="button">Next</button></span>
</div></section></div>"""

_component = st.components.v2.component(
    "tour",
    html=_HTML,
    css=(_HERE / "tour.css").read_text("utf-8"),
    js=(_HERE / "tour.js").read_text("utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Stop:
    """One stop at the part of the page with this `key`; `opens`: it is folded, and opened."""

    key: str
    title: str
    words: str
    opens: bool = False


STOPS = (
    Stop("experiment", "What one did before you", "Three tutorials, and a network of your own. The recipe says whether "
         "it runs as published, or with settings that reach the same result sooner."),
    Stop("corpus", "The text", "All that the network will ever know. Choose one, paste your own, or upload a file."),
    Stop("text_card", "The text as the network sees it", "Each symbol has a number. A text of few distinct symbols is "
         "learned sooner; a text that is too short is learned by heart."),
    Stop("knobs_reading", "How it reads", "Words or characters, how many at once, and how a symbol becomes numbers.",
         True),
    Stop("knobs_network", "How large it is", "Layers and units. The drawing below counts the parameters as you turn "
         "them.", True),
    Stop("forecast", "Predict first", "Write down which loss you expect, and why. Afterwards it stands beside the "
         "result, and on the lab sheet.", True),
    Stop("train_buttons", "Train", "Press Train to begin. Pause and Stop lose nothing; Step makes a single step of a "
         "paused run."),
    Stop("loss_chart", "The loss falls", "It tells how surprised the network is. The dashed lines are yardsticks: "
         "what mere counting reaches on the same text."),
    Stop("live_sample", "What it writes", "Every two seconds, at three temperatures: nonsense first, then words, then "
         "sentences."),
    Stop("setup_link", "Pass it on", "A link and a QR picture bring others to the same settings; a teacher can lock "
         "some of them. About explains every word."),
)  # fmt: skip


def show_tour() -> None:
    """Draw the button that begins the tour."""
    _component(key="tour", data={"stops": [asdict(stop) for stop in STOPS]})
