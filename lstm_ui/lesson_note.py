"""The lesson whose link was followed: on /train it says what to do, and its question is proposed for the prediction."""

import streamlit as st

from lstm_ui.forecast import suggest_question
from lstm_ui.lessons import IN_ADDRESS, LESSONS, lesson_query

CURRENT = "lesson_current"  # key of the session


def take_lesson() -> None:
    """Begin the lesson that the address names; names that there are not are left out."""
    name = st.query_params.pop(IN_ADDRESS, None)
    if name in LESSONS:
        if st.session_state.get(CURRENT) != name:
            suggest_question(LESSONS[name].question)
        st.session_state[CURRENT] = name


def show_lesson_note() -> None:
    """Draw what the lesson asks for, and all its links, until it is left."""
    lesson = LESSONS.get(st.session_state.get(CURRENT, ""))
    if lesson is None:
        return
    with st.container(key="lesson_note", gap="xsmall"):
        st.markdown(f"**Lesson: {lesson.title}**  \n{lesson.question}")
        steps = [f"Predict first, below: {lesson.predict}", *lesson.steps]
        st.markdown("\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1)))
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            for label in lesson.links:
                st.page_link("pages/train.py", label=label, query_params=lesson_query(lesson, label), width="content")
            st.button("Leave the lesson", key="lesson_leave", type="tertiary", on_click=_leave)


def _leave() -> None:
    st.session_state.pop(CURRENT, None)
