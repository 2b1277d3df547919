"""Find a unit: which one follows quotes, line ends, capitals, praise, or what somebody has marked?"""

import streamlit as st

from lstm_core.insight.features import MARKED, features_for, measure_feature
from lstm_core.insight.find_unit import BY_CHANCE, CHANCE_LEVEL, CONFIRMED, NOT_CONFIRMED, SHUFFLES, Search, find_units
from lstm_core.insight.reading import symbol_kind
from lstm_core.insight.trace import QUANTITIES, TextTrace
from lstm_ui.inside_colour import show_in_colours
from lstm_ui.inside_network import Subject
from lstm_ui.inside_table import bar_html, signed
from lstm_ui.inside_text import TEXT, trace_own_texts
from lstm_ui.inside_unit import FIRST_FEATURE, ChosenUnit, name_unit, take_unit
from lstm_ui.page import friendly_errors

FEATURE, WHERE, STATE, TAKEN = "inside_feature", "inside_where", "inside_found_in", "inside_taken"
HERE, MORE = "the text above", "more of its own text"
MARKS = {CONFIRMED: "✓", BY_CHANCE: "?", NOT_CONFIRMED: "✗"}


@st.fragment
def show_search(subject: Subject, trace: TextTrace) -> None:
    """Draw the question, the units that answer it, and the one of them that is taken."""
    st.caption(
        "Ask what a unit might follow. Look for one that fits well on both halves of the text: that is no accident."
    )
    with friendly_errors():
        feature, where, state = _ask(subject)
        if feature == MARKED:
            st.caption("Mark it in the text above: he said [[not now]] and [[never]]. The brackets are not read.")
        is_here = where == HERE or feature == MARKED
        traces = [trace] if is_here else trace_own_texts(subject)
        text = st.session_state[TEXT] if is_here else MORE
        search = _search((subject.key, text), traces, feature, state)
        st.html(search_html(subject, search))
        for caution in search.cautions:
            st.warning(caution)
        st.caption(describe_search(search))
        _show_taken(subject, trace, search, state)


@st.cache_data(max_entries=100, show_spinner="Asking every unit …")
def _search(key: tuple[tuple[str, int], str], _traces: list[TextTrace], feature: str, state: str) -> Search:
    """Search once for all visitors; `key` tells which network and which texts."""
    return find_units(_traces, [measure_feature(feature, one.read) for one in _traces], state)


def search_html(subject: Subject, search: Search) -> str:
    """Write the table of the units that were found."""
    rows = "".join(
        f'<tr><th scope="row">{name_unit(subject, found.layer, found.unit).capitalize()}</th>'
        f"<td>{MARKS[found.verdict]} {found.verdict}</td>"
        f"<td>{bar_html(found.found)}</td><td>{bar_html(found.confirmed)}</td>"
        f"<td>{signed(found.mean_high)} / {signed(found.mean_low)}</td></tr>"
        for found in search.units
    )
    heads = ("Unit", "Verdict", "First half", "Other half", "Mean where high / low")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<div class="found"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def describe_search(search: Search) -> str:
    """Tell how it was measured what chance would find."""
    return (
        f"Correlation with each of {search.tried:,} units, over {search.symbols:,} symbols: the first half finds, the "
        "other confirms. Among so many one always fits. So what you ask for was cut into pieces of "
        f"{search.block} symbols and shuffled {SHUFFLES} times: the best of all units then reached "
        f"{search.chance_found:.2f} by chance (more in {1 - CHANCE_LEVEL:.0%} of the shuffles), and the best of those "
        f"above {search.chance_confirmed:.2f} on the other half. Confirmed is what is beyond both, in one direction."
    )


def _ask(subject: Subject) -> tuple[str, str, str]:
    """Draw what can be asked; return the feature, where to look, and which number of the units."""
    features = {feature.name: feature for feature in features_for(symbol_kind(subject.network))}
    labels = {name: feature.label for name, feature in features.items()} | {MARKED: "What I have marked with [[ ]]"}
    if st.session_state.get(FEATURE) not in labels:
        st.session_state[FEATURE] = FIRST_FEATURE[symbol_kind(subject.network)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_question"):
        feature = st.selectbox(
            "What might a unit follow?",
            list(labels),
            key=FEATURE,
            format_func=labels.__getitem__,
            width=300,
            help="At each symbol this is a number; a unit follows it when its own number rises and falls with it.",
            persist_state="session",
        )
        where = st.segmented_control(
            "Look for it in",
            (HERE, MORE),
            default=MORE,
            key=WHERE,
            format_func=lambda where: "short reviews that ship" if subject.judges and where == MORE else where,
            required=True,
            help="The longer the text, the surer the answer: 2,000 symbols of what it has learned from; for reviews "
            "some dozens of short ones that ship.",
            persist_state="session",
        )
        states = {quantity.name: quantity.label for quantity in QUANTITIES}
        state = st.segmented_control(
            "In the",
            ("cell", "hidden"),
            default="cell",
            key=STATE,
            format_func=states.__getitem__,
            required=True,
            help="What a unit remembers, or what it says of that.",
            persist_state="session",
        )
    if feature != MARKED:
        st.caption(features[feature].help)
    return feature, where or MORE, state or "cell"


def _show_taken(subject: Subject, trace: TextTrace, search: Search, state: str) -> None:
    """Let one of the units be taken, and show it in the text above."""
    names = [name_unit(subject, found.layer, found.unit) for found in search.units]
    if st.session_state.get(TAKEN) not in names:
        st.session_state[TAKEN] = names[0]
    name = st.pills("Take a closer look at", names, key=TAKEN, required=True)
    found = search.units[names.index(name or names[0])]
    quantity = next(quantity for quantity in QUANTITIES if quantity.name == state)
    show_in_colours(subject, trace, ChosenUnit(found.layer, found.unit), quantity, "found_text")
    with st.container(horizontal=True):
        for label, look in (("Mute it", "Mute"), ("See it step by step", "Step by step")):
            key = f"inside_take_{look.split()[0].lower()}"
            if st.button(label, key=key, on_click=take_unit, args=(found.layer, found.unit, look)):
                st.rerun()  # of the whole page: the tabs lie outside this fragment
