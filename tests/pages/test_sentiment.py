"""The page /sentiment as a visitor uses it, with the network that ships; typing needs a browser, see tests/browser."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.page
import lstm_ui.review_model
import lstm_ui.review_shipped_report
from lstm_core.errors import DamagedRun, RunNotFound
from lstm_core.network.pretrained import JUDGES, PRETRAINED, load_pretrained
from lstm_core.text.imdb import ImdbReviews
from lstm_core.text.mini_reviews import load_mini_reviews
from lstm_ui.review_desk import Desk
from lstm_ui.review_reading import DESK
from lstm_ui.review_traps import TRAPS
from lstm_ui.session import RUN_IN_HAND

SHIPPED = JUDGES[0]
GOOD = "A wonderful film, I loved every minute."
BAD = "Boring and terrible, a waste of time."


class OneRunService:
    """Lists one run, which judges as the network that ships does; `checkpoint_step` 0 means nothing was learned yet."""

    def __init__(self, run_id: str, checkpoint_step: int) -> None:
        self._view = SimpleNamespace(
            run_id=run_id,
            name="My reviews",
            is_of_reviews=True,
            is_alive=False,
            checkpoint_step=checkpoint_step,
            validation_accuracy=0.75,
        )

    def list_runs(self):
        return [self._view]

    def view(self, run_id):
        if run_id != self._view.run_id:
            raise RunNotFound("There is no run of this id.", "An address names a run.", "Choose one of the list.")
        return self._view

    def network(self, run_id):
        return load_pretrained(SHIPPED)


@pytest.fixture
def open_page(monkeypatch, request):
    """Open the page without the frame around it and without the training below it."""

    def open_with(text: str = "", checkpoint_step: int = 0) -> AppTest:
        module = ModuleType("lstm_ui.service")
        module.training_service = lambda: OneRunService(request.node.name, checkpoint_step)
        monkeypatch.setitem(sys.modules, "lstm_ui.service", module)
        training = ModuleType("lstm_ui.review_training")
        training.show_review_training = lambda service: None
        monkeypatch.setitem(sys.modules, "lstm_ui.review_training", training)
        monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
        page = AppTest.from_file("../../pages/sentiment.py", default_timeout=30)
        page.session_state[DESK] = Desk(text)
        return page.run()

    return open_with


def desk(page: AppTest) -> Desk:
    return page.session_state[DESK]


def verdicts(page: AppTest) -> list[str]:
    assert not page.exception and not page.error
    return [element.proto.body for element in page.get("html") if '"verdict-words"' in element.proto.body]


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


@pytest.mark.parametrize(("text", "says"), [(GOOD, "positive"), (BAD, "negative")])
def test_a_clear_review_gets_a_clear_verdict_that_names_no_other(open_page, text, says):
    (verdict,) = verdicts(open_page(text))
    assert f"very {says}" in verdict.split("</p>")[0]
    assert "Score <b>" in verdict


def test_an_empty_box_invites_with_a_review_that_can_be_put_in(open_page):
    page = open_page()
    assert not verdicts(page)
    press(page, "review_example")
    assert desk(page).text == PRETRAINED[SHIPPED].example
    assert len(verdicts(page)) == 1


def test_the_network_that_ships_says_how_often_it_is_right(open_page):
    page = open_page()
    assert page.selectbox(key="model").options == [f"{PRETRAINED[SHIPPED].title} (ships with the app)"]
    assert any(caption.value.startswith("Right on ") for caption in page.caption)


def test_a_run_that_has_learned_from_reviews_can_judge_too(open_page, request):
    page = open_page(GOOD, checkpoint_step=40)
    assert page.selectbox(key="model").value == SHIPPED
    page.selectbox(key="model").set_value(request.node.name).run()
    assert page.query_params["run"] == request.node.name
    assert any("held out" in caption.value for caption in page.caption)
    assert len(verdicts(page)) == 1
    page.selectbox(key="model").set_value(SHIPPED).run()
    assert page.selectbox(key="model").value == SHIPPED


def test_the_run_in_hand_judges_if_it_can(open_page, request):
    page = open_page(checkpoint_step=40)
    page.session_state[RUN_IN_HAND] = request.node.name
    assert page.run().selectbox(key="model").value == request.node.name


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_every_trap_is_put_into_the_box_read_and_explained(open_page, trap):
    page = press(open_page("my own words"), f"trap_{trap.name}")
    assert desk(page).text == trap.text
    assert any(trap.look_for in markdown.value for markdown in page.markdown)
    assert len(verdicts(page)) == 1
    press(page, "review_undo")
    assert desk(page).text == "my own words"


def test_another_language_gets_no_verdict(open_page):
    (verdict,) = verdicts(press(open_page(), "trap_language"))
    assert "I don’t know these words" in verdict and "positive" not in verdict.split("verdict-bar")[0]


def test_a_word_is_dropped_looked_at_and_the_change_taken_over(open_page):
    page = open_page("The film is not good.")
    desk(page).pick(3)
    page.run()
    press(page, "what_if_drop")
    assert len(verdicts(page)) == 3  # of the box, and of the two side by side
    press(page, "what_if_take")
    assert desk(page).text == "The film is good."
    press(page, "review_undo")
    assert desk(page).text == "The film is not good."


def test_a_word_is_swapped_for_a_suggestion_or_a_typed_one_and_put_back(open_page):
    page = open_page("The film is good.")
    desk(page).pick(3)
    page.run()
    press(page, "what_if_3")
    assert desk(page).swap is not None
    page.text_input(key="what_if_word_0_3").set_value("<b>terrible</b> $x$").run()
    assert len(verdicts(page)) == 3
    press(page, "what_if_back")
    assert len(verdicts(page)) == 1
    assert desk(page).text == "The film is good."
    press(page, "what_if_close")
    assert desk(page).place is None


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> $x$ # ![](x) :red[a] **b**",
        "🙂 🎬",
        "فيلم رائع جدا",
        "   ",
        ".",
        "x" * 20_000,
        "a " * 9_999,
    ],
    ids=["markup", "emoji", "arabic", "blank", "stop", "one long word", "many words"],
)
def test_whatever_is_typed_is_read_or_refused_in_plain_words(open_page, text):
    page = open_page(text)
    assert not page.exception and not page.error
    assert not any("<script>" in element.proto.body for element in page.get("html"))


def test_a_long_review_that_is_still_being_typed_gets_its_verdict_and_keeps_the_line_of_before(open_page):
    page = open_page(GOOD)
    before = page.session_state["review_reading"]
    long = f"{BAD} " * 40
    desk(page).take({"text": long, "version": 0, "isResting": False})
    assert "very negative" in verdicts(page.run())[0]
    assert page.session_state["review_reading"] is before
    desk(page).take({"text": long, "version": 0, "isResting": True})
    page.run()
    assert page.session_state["review_reading"].text == long


def test_a_network_that_is_damaged_is_told_and_the_rest_of_the_page_stays(open_page, monkeypatch):
    def refuse(name):
        raise DamagedRun("It is damaged.", "It should be whole.", "Fetch it anew.")

    monkeypatch.setattr(lstm_ui.review_model, "shipped_scorer", refuse)
    assert "damaged" in open_page().error[0].value


def test_without_imdb_the_report_on_the_network_that_ships_says_what_is_missing(open_page, monkeypatch, tmp_path):
    monkeypatch.setattr(lstm_ui.review_shipped_report, "downloads_folder", lambda: tmp_path)
    page = open_page()
    assert any("They are missing" in note.value for note in page.info)
    assert page.button(key="shipped_report_download_text").label == "Download it"


def test_once_imdb_is_here_the_network_that_ships_names_the_words_that_pushed_most(open_page, monkeypatch):
    mini = load_mini_reviews()
    monkeypatch.setattr(lstm_ui.review_shipped_report, "is_imdb_downloaded", lambda folder: True)
    monkeypatch.setattr(lstm_ui.review_shipped_report, "load_imdb", lambda folder: ImdbReviews(mini.train, mini.test))
    page = press(open_page(), "shipped_report_measure")
    assert not page.exception and not page.error
    (pushes,) = [element.proto.body for element in page.get("html") if 'class="pushes"' in element.proto.body]
    assert "toward positive" in pushes and "<b>" in pushes.split("toward negative")[1]
    assert any(f"Of {len(mini.test)} reviews" in element.proto.body for element in page.get("html"))
