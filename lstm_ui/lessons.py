"""Four lessons with the real controls: a question, links that set everything, what to look for.

A lesson's link names it (`/train?lesson=memorising&…`). Next: `lesson_note.py`, which /train shows then.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

IN_ADDRESS = "lesson"  # /train?lesson=memorising


@dataclass(frozen=True)
class Lesson:
    """`links` has the label and the query of each setup; `steps` say what to do and to look for, in order."""

    name: str
    title: str
    question: str
    predict: str
    steps: tuple[str, ...]
    links: Mapping[str, Mapping[str, str]]


_AESOP = {"experiment": "atienza-aesop"}
_RACE = _AESOP | {
    "schedule": "constant", "learning_rate": "0.001", "beta_2": "0.999", "until": "steps", "steps": "400",
}  # fmt: skip
_WINDOW = _AESOP | {"coding": "embedding", "until": "steps", "steps": "200"}

_ALL = (
    Lesson(
        "memorising", "By heart",
        "Can a network know its text better and better, and yet become worse?",
        "At which loss will training end, and where will validation stand then?",
        (
            "Press Train and watch both lines: training and validation.",
            "Where do they part? From there on it learns by heart. The coach says so, too.",
            "On Write, “Copied or invented” shows which stretches of its text stand in Cervantes.",
        ),
        {"Set it up": {"experiment": "horas-quijote", "units": "256", "steps": "1500", "seconds": "0"}},
    ),
    Lesson(
        "temperature", "Cold and hot",
        "Why does the same network write dull sense at one temperature and wild nonsense at another?",
        "Which temperature will repeat itself, and which will invent words?",
        (
            "Press Train and read “What it writes now”: three temperatures, the same network.",
            "Scroll back: which of the three became readable first?",
            "On Write, move the temperature and let “Side by side” write three at once from your own seed text.",
        ),
        {"Set it up": {"experiment": "horas-shakespeare", "units": "128", "steps": "1000", "seconds": "0"}},
    ),
    Lesson(
        "window", "What a window can see",
        "With one word to go by, how often can the next one be known at all?",
        "Which accuracy can it reach with a window of one word? And of three?",
        (
            "Train with one word, then with two, then with three: each link sets one run up.",
            "Where does the accuracy stop? After “the” many words follow, and no network can know which.",
            "On Runs, compare the three. Would a larger network help the first?",
        ),
        {f"Window {window}": _WINDOW | {"window": str(window)} for window in (1, 2, 3)},
    ),
    Lesson(
        "optimizers", "RMSProp, Adam or SGD?",
        "Atienza writes that RMSProp does better here than Adam and SGD. Does it?",
        "Which of the three will have the lowest loss after 400 steps?",
        (
            "Train all three: the same network, text, rate and random seed; the optimizer alone differs.",
            "On Runs, compare the curves. Is he right? By how much?",
            "Is it fair to SGD? Give it a learning rate of 0.5, and the others another random seed.",
        ),
        {
            label: _RACE | {"optimizer": optimizer}
            for label, optimizer in (("RMSProp", "rmsprop"), ("Adam", "adam"), ("SGD", "sgd"))
        },
    ),
)  # fmt: skip

LESSONS: Mapping[str, Lesson] = {lesson.name: lesson for lesson in _ALL}


def lesson_query(lesson: Lesson, label: str) -> dict[str, str]:
    """Return the query of /train that one of the lesson's links has."""
    return {IN_ADDRESS: lesson.name, **lesson.links[label]}


def show_lesson_card(lesson: Lesson) -> None:
    """Draw a lesson: its question, what to predict first, its links."""
    with st.container(key=f"lesson_{lesson.name}", border=True, height="stretch", gap="xsmall"):
        st.subheader(lesson.title, anchor=False)
        st.markdown(lesson.question)
        st.caption(f"**Predict first:** {lesson.predict}")
        st.caption(f"**Look for:** {lesson.steps[1]}")
        with st.container(height="stretch", vertical_alignment="bottom", horizontal=True, gap="small"):
            for label in lesson.links:
                st.page_link("pages/train.py", label=label, query_params=lesson_query(lesson, label), width="content")
