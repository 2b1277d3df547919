"""What /about is made of: how it works, the glossary, the tutorials, the texts, what is kept of a visitor."""

from collections.abc import Iterable

import streamlit as st

from lstm_core.knobs import (
    BIN_SECONDS,
    MAX_FILE_BYTES,
    MAX_RUN_AGE_SECONDS,
    MAX_RUNNING_RUNS,
    MAX_TEXT_CHARACTERS,
    ROOM_SECONDS,
)
from lstm_core.network.experiment import Experiment
from lstm_core.text.downloads import DOWNLOADS
from lstm_core.text.library import LIBRARY, LibraryText
from lstm_ui.glossary import GROUPS, Term
from lstm_ui.page import escape_markdown

HOW_IT_WORKS = (
    "A long short-term memory (LSTM) reads a text symbol by symbol. Of all that it has read it keeps a few hundred "
    "numbers, its **cell state**. At each symbol three **gates** decide, unit by unit, what is forgotten, what is "
    "taken in and what is shown. From what is shown it gives every symbol a probability of coming next.",
    "To **train** it is to show it what did come, millions of times, and to move every weight a little in the "
    "direction that would have made it less surprised. That surprise is the **loss**. To let it **write** is to draw "
    "a symbol from its probabilities, have it read that one, too, and go on.",
    "Nothing here is played back. Training runs on this server, in TensorFlow; writing, reading reviews and looking "
    "inside compute the same network in NumPy, with the weights that it has just learned.",
)

TUTORIALS = (  # author, title, year, what it shows, experiment to run
    ("Rubik’s Code", "Two ways to implement LSTM network using Python – with TensorFlow and Keras", 2018,
     "A passage of Marcus Aurelius, three words in and the fourth to be named; and film reviews, praise or blame.",
     "rubik-meditations"),
    ("Rowel Atienza", "LSTM by Example using Tensorflow", 2017,
     "A fable of Aesop learned by heart in 50,000 steps, and a network that goes on telling it.", "atienza-aesop"),
    ("Jose Horas", "LSTM implementation in Keras", 2019,
     "Shakespeare and Don Quijote letter by letter; the same network in NumPy, TensorFlow and Keras.",
     "horas-shakespeare"),
)  # fmt: skip

PAPERS = (
    "Sepp Hochreiter and Jürgen Schmidhuber, *Long short-term memory*, Neural Computation, 1997: the cell.",
    "Felix Gers, Jürgen Schmidhuber and Fred Cummins, *Learning to forget*, Neural Computation, 2000: the forget gate.",
    "Andrej Karpathy, *The unreasonable effectiveness of recurrent neural networks*, 2015: units that follow lines.",
)

PRIVACY = (
    "There are no accounts. A cookie with a random token tells your browser’s runs from those of others; a second "
    "lists the runs that you have opened by a link. Neither is used for anything else, and no other site is told of "
    "your visit: nothing comes from a CDN, nothing is counted.",
    f"What you type, paste or upload stays on this server. The text of a run is kept with the run, for "
    f"{MAX_RUN_AGE_SECONDS // 86_400} days after it last changed. Delete it and it is gone after "
    f"{BIN_SECONDS // 60} minutes, in which you can bring it back.",
    "Whoever has the address of a run can read it, and so its text. It cannot be guessed, and only you can pass it on.",
    f"Of a class room’s members a nickname, what they trained and a hash of that token are kept until the room closes, "
    f"after {ROOM_SECONDS / 3600:.0f} hours at the latest.",
    "Whoever runs this server can see what lies on it. Do not train on what nobody else may read.",
)

LIMITS = (
    f"A file has at most {MAX_FILE_BYTES // 2**20} MB, a text {MAX_TEXT_CHARACTERS:,} characters. {MAX_RUNNING_RUNS} "
    "of your runs train at a time, in turn with everybody else’s. These are small networks: they learn spelling, "
    "phrases and the shape of a verse. They do not know what they say."
)


def show_tutorial_credit(author: str, title: str, year: int, shows: str, experiment: Experiment) -> None:
    """Draw one tutorial: whose, what it shows, what it published, and a link that sets it up as published."""
    with st.container(key=f"credit_{experiment.name}", border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{author}**, *{title}*, {year}")
        st.markdown(shows)
        st.caption(f"Published: {experiment.published_note}.")
        query = {"experiment": experiment.name, "recipe": "article"}
        st.page_link("pages/train.py", label="Set it up as published", query_params=query, width="content")


def show_glossary() -> None:
    """Draw all terms in their groups."""
    for group, terms in GROUPS.items():
        st.subheader(group, anchor=False)
        with st.container(key=f"glossary_{group.split()[-1].lower()}", horizontal=True, gap="medium"):
            for term in terms:
                _show_term(term)


def _show_term(term: Term) -> None:
    with st.container(key=term.key, gap="xxsmall"):
        st.markdown(f"**{term.name}.** {term.meaning}")
        st.page_link(term.file, label=term.link, query_params=dict(term.query), width="content")


def show_sources() -> None:
    """List every text that can be chosen, whose it is and who may use it."""
    st.markdown("\n".join(_source_lines([*LIBRARY.values(), *DOWNLOADS.values()])))


def _source_lines(texts: Iterable[LibraryText]) -> list[str]:
    return [
        f"- **{escape_markdown(text.title)}**: {escape_markdown(f'{text.author}; {text.licence}')}." for text in texts
    ]


def show_list(sentences: Iterable[str]) -> None:
    """Draw sentences of ours as a list."""
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
