"""Home without a browser: every door leads to a page, and a damaged network closes none of them."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import lstm_ui.home
import lstm_ui.page
from lstm_core.errors import DamagedRun

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_home(monkeypatch):
    """Open Home without the frame around it."""
    monkeypatch.setattr(lstm_ui.page, "page_setup", lambda title, path: None)
    return lambda: AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()


def doors(page: AppTest) -> list[str]:
    return [link.proto.page for link in page.get("page_link")]


def test_every_door_leads_to_a_page_of_the_app(open_home):
    page = open_home()
    assert not page.exception and not page.error
    stems = {file.stem for file in (ROOT / "pages").glob("*.py")}
    assert {"train", "generate", "sentiment", "inside", "runs"} <= set(doors(page)) <= stems


def test_the_network_has_written_before_the_page_is_sent(open_home):
    answer = open_home().session_state["live_paper_answer"]
    assert answer.before.startswith("ROMEO:") and len(answer.text) == 400


def test_each_visitor_reads_another_text(open_home):
    first, second = (open_home().session_state["live_paper_answer"].text for _ in range(2))
    assert first != second


def test_the_three_tutorials_can_be_started(open_home):
    keys = [button.key for button in open_home().button]
    assert keys == ["run_rubik-meditations", "run_atienza-aesop", "run_horas-shakespeare"]


def test_a_damaged_network_is_told_and_all_doors_stay_open(open_home, monkeypatch):
    def refuse(name):
        raise DamagedRun("It is damaged.", "It should be whole.", "Fetch it anew.")

    monkeypatch.setattr(lstm_ui.home, "shipped_writer", refuse)
    page = open_home()
    assert "damaged" in page.error[0].value
    assert {"train", "generate", "runs"} <= set(doors(page))
    assert len(page.button) == 3
