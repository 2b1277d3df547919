"""The teacher's own texts are listed and read; what does not belong to them is not, and nothing breaks."""

import logging
import os
from pathlib import Path

import pytest

from lstm_core.errors import TooBig, UnreadableText
from lstm_core.knobs import MAX_FILE_BYTES
from lstm_core.text.teacher_folder import (
    MAX_LISTED,
    TeacherText,
    list_teacher_texts,
    read_teacher_text,
    teacher_folder,
)
from tests.text.some_files import make_docx, make_pdf


def names_in(folder: Path | None) -> list[str]:
    return [text.name for text in list_teacher_texts(folder)]


def find(folder: Path, name: str) -> TeacherText:
    return next(text for text in list_teacher_texts(folder) if text.name == name)


def fill(folder: Path, *names: str, data: bytes = b"A text of the teacher.") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_texts_of_every_kind_are_listed_by_name(tmp_path: Path) -> None:
    fill(tmp_path, "b.txt", "A.md", "c.PDF", "d.docx", "poems/one.txt")
    assert names_in(tmp_path) == ["A.md", "b.txt", "c.PDF", "d.docx", "poems/one.txt"]


def test_what_is_no_text_for_training_is_not_listed(tmp_path: Path) -> None:
    fill(tmp_path, "reviews.csv", "reviews.tsv", "picture.png", ".hidden.txt", "~$open.docx", "deep/er/three.txt")
    (tmp_path / "folder.txt").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
    assert names_in(tmp_path) == []


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    fill(inside, "own.txt")
    fill(outside, "secret.txt")
    try:
        (inside / "link.txt").symlink_to(outside / "secret.txt")
    except OSError:
        pytest.skip("this system lets nobody make links")
    (inside / "linked-folder").symlink_to(outside, target_is_directory=True)
    (inside / "circle.txt").symlink_to(inside / "circle.txt")
    (inside / "again.txt").symlink_to(inside / "own.txt")
    assert names_in(inside) == ["again.txt", "own.txt"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path / "texts", "own.txt")
    try:
        (tmp_path / "link").symlink_to(tmp_path / "texts", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    assert names_in(tmp_path / "link") == ["own.txt"]


def test_a_text_is_read_as_an_upload_would_be(tmp_path: Path) -> None:
    fill(tmp_path, "poems/umlauts.txt", data="Über allen Gipfeln\r\nist Ruh.".encode("utf-8-sig"))
    assert read_teacher_text(find(tmp_path, "poems/umlauts.txt")).text == "Über allen Gipfeln\nist Ruh."


def test_a_word_file_and_a_pdf_are_read_too(tmp_path: Path) -> None:
    fill(tmp_path, "poem.docx", data=make_docx("The owl went to sea."))
    fill(tmp_path, "poem.pdf", data=make_pdf(["The owl went to sea."]))
    assert {read_teacher_text(text).text.strip() for text in list_teacher_texts(tmp_path)} == {"The owl went to sea."}


def test_a_file_that_is_no_text_is_refused_when_it_is_chosen(tmp_path: Path) -> None:
    fill(tmp_path, "picture.txt", data=b"\x89PNG\x00\x01\x02\x00")
    with pytest.raises(UnreadableText):
        read_teacher_text(find(tmp_path, "picture.txt"))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(TooBig, match="large.txt is 10.0 MB"):
        read_teacher_text(find(tmp_path, "large.txt"))


def test_a_file_that_has_gone_meanwhile_is_told(tmp_path: Path) -> None:
    fill(tmp_path, "short-lived.txt")
    text = find(tmp_path, "short-lived.txt")
    text.file.unlink()
    with pytest.raises(UnreadableText, match="short-lived.txt cannot be read"):
        read_teacher_text(text)


def test_without_a_folder_nothing_is_listed() -> None:
    assert names_in(None) == []


@pytest.mark.parametrize("make", [lambda folder: None, Path.mkdir, Path.touch], ids=["missing", "empty", "a file"])
def test_a_folder_with_nothing_to_list_is_told_to_its_owner_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make: object
) -> None:
    folder = tmp_path / "texts"
    make(folder)
    with caplog.at_level(logging.WARNING):
        assert names_in(folder) == names_in(folder) == []
    assert len(caplog.records) == 1 and str(folder) in caplog.text


def test_of_very_many_texts_the_first_are_listed_and_the_owner_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, *(f"text-{number:04}.txt" for number in range(MAX_LISTED + 5)))
    listed = names_in(tmp_path)
    assert len(listed) == MAX_LISTED and listed[-1] == f"text-{MAX_LISTED - 1:04}.txt"
    assert "the first of them" in caplog.text


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_DATA_DIR", str(tmp_path))
    assert teacher_folder() == tmp_path
    monkeypatch.setenv("LSTM_DATA_DIR", " ")
    assert teacher_folder() is None
