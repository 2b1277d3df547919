"""A visitor is known at once, before the browser has stored anything; what it sends later may be anything."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.service.owners import hash_token, is_token, make_token
from lstm_core.service.views import RunView
from lstm_ui import visitor
from lstm_ui.visitor import MAX_OPENED, MAX_TOKENS, OPENED, TOKENS
from tests.ui_parts.views import small_view

FIRST, SECOND = make_token(), make_token()


def draw_visitor() -> None:
    import streamlit as st

    import lstm_ui.visitor as visitor

    visitor.keep_visitor()
    view = st.session_state.get("view")
    st.text(visitor.own_token())
    st.text(str(view is not None and visitor.may_change(view)))
    st.text("" if view is None else visitor.token_for(view))


Open = Callable[..., AppTest]


@pytest.fixture
def open_with(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page in a browser that has sent these cookies, beside this run."""

    def open_page(view: RunView | None = None, **cookies: str) -> AppTest:
        monkeypatch.setattr(visitor, "_kept_words", lambda name: list(filter(None, cookies.get(name, "").split("."))))
        page = AppTest.from_function(draw_visitor, default_timeout=120)
        page.session_state["view"] = view
        page.run()
        assert not page.exception
        return page

    return open_page


def test_a_session_without_a_cookie_has_a_token_at_once_and_keeps_it(open_with: Open) -> None:
    page = open_with()
    token = page.text[0].value
    assert is_token(token) and page.run().text[0].value == token


@pytest.mark.parametrize(
    "owner",
    [hash_token(FIRST), hash_token(SECOND), hash_token(make_token()), ""],
    ids=["first", "second", "other", "nobody"],
)
def test_a_browser_may_change_the_runs_of_all_its_tokens_and_no_others(open_with: Open, owner: str) -> None:
    page = open_with(small_view(owner=owner), lstm_visitor=f"{FIRST}.{SECOND}")
    owns = {hash_token(FIRST): FIRST, hash_token(SECOND): SECOND}
    assert [element.value for element in page.text] == [FIRST, str(owner in owns), owns.get(owner, FIRST)]


def test_a_cookie_may_hold_anything(open_with: Open) -> None:
    nonsense = ".".join(["<script>", "a" * 42, FIRST, "../..", *(make_token() for _ in range(20))])
    page = open_with(lstm_visitor=nonsense, lstm_opened="../...é. ." + ".".join(["x" * 22, "y" * 65, *"z" * 99]))
    assert page.session_state[TOKENS][0] == FIRST and len(page.session_state[TOKENS]) == MAX_TOKENS
    assert page.session_state[OPENED][0] == "x" * 22 and len(page.session_state[OPENED]) == MAX_OPENED


def draw_refusal() -> None:
    import streamlit as st

    from lstm_core.errors import TooManyRuns
    from lstm_ui.train_panel import attempt

    def refuse() -> None:
        raise TooManyRuns("Two **run** already.", "That is as many as it takes.", "Stop one.")

    attempt(refuse)
    st.text("the rest of the page")


def test_a_refused_button_says_why_and_leaves_the_rest_of_the_page() -> None:
    page = AppTest.from_function(draw_refusal, default_timeout=120).run()
    assert "Stop one" in page.error[0].value and "**" not in page.error[0].value.replace("\\*", "")
    assert page.text[0].value == "the rest of the page" and not page.exception
