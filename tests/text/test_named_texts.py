"""A name means the same text on the command line as on the page."""

from pathlib import Path

import pytest

from lstm_core.errors import DownloadFailed
from lstm_core.text.downloads import DOWNLOADS
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.named_texts import load_named_text
from tests.text.misbehaving_server import CONTENT, misbehaving_server, text_at


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("DATA", "DOWNLOADS"):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(f"LSTM_{folder}_DIR", str(tmp_path / folder))


def name_text(name: str) -> tuple[str, str] | None:
    named = load_named_text(name, lambda received, total: None)
    return named and (named[0], named[1].text)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_text_that_ships_has_its_name(name: str) -> None:
    assert name_text(name) == (LIBRARY[name].title, load_text(name))


def test_a_download_is_fetched_when_it_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving_server() as address:
        monkeypatch.setitem(DOWNLOADS, "tiny-shakespeare", text_at(f"{address}/right"))
        assert name_text("tiny-shakespeare") == ("Tiny Shakespeare", CONTENT.decode())
    assert name_text("tiny-shakespeare") == ("Tiny Shakespeare", CONTENT.decode()), "without the server"


def test_a_download_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving_server() as address:
        monkeypatch.setitem(DOWNLOADS, "tiny-shakespeare", text_at(f"{address}/missing"))
        with pytest.raises(DownloadFailed):
            name_text("tiny-shakespeare")


def test_a_text_of_the_teacher_has_its_files_name(tmp_path: Path) -> None:
    (tmp_path / "DATA" / "poem.txt").write_text("The owl went to sea.", encoding="utf-8")
    assert name_text("poem.txt") == ("poem.txt", "The owl went to sea.")


def test_other_names_mean_nothing() -> None:
    assert name_text("../poem.txt") is None
