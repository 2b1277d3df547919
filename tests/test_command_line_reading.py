"""What the command line makes of files: `decode` tells what an upload would be, and `train` reads the same."""

import json
from pathlib import Path

import pytest

from lstm_core.__main__ import main
from tests.text.some_files import (
    BAD_FILES,
    CASES,
    CHINESE,
    GERMAN,
    NAMED,
    PLAIN_RUSSIAN,
    PROSE,
    RUSSIAN,
    THAI,
    make_docx,
    make_pdf,
)


@pytest.mark.parametrize(("script", "encoding"), CASES)
def test_decode_tells_encoding_counts_and_the_beginning(
    script: str, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, text = tmp_path / "a.txt", PROSE[script][0]
    file.write_bytes(text.encode(encoding))
    assert main(["decode", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert text.startswith(told["preview"]) and len(told["preview"]) > 50
    assert told["characters"] == len(text)
    assert told["encoding"] == NAMED.get(encoding, told["encoding"])


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [(CHINESE, "characters", len(CHINESE)), (THAI, "characters", len(THAI)), ("Ein Dorf, am Fluss.", "words", 6)],
)
def test_decode_counts_the_symbols_that_are_proposed(
    text: str, kind: str, count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert main(["decode", str(tmp_path / "a.txt"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["symbols_are"], told["symbols"]) == (kind, count)


@pytest.mark.parametrize(
    ("name", "data", "encoding"), [("a.pdf", make_pdf([GERMAN]), "PDF"), ("a.docx", make_docx(GERMAN), "Word (.docx)")]
)
def test_decode_reads_documents(
    name: str, data: bytes, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    assert main(["decode", str(tmp_path / name), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["encoding"] == encoding and " ".join(told["preview"].split()) in GERMAN


def test_decode_takes_the_encoding_that_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(PLAIN_RUSSIAN.encode("koi8-r"))
    assert main(["decode", str(tmp_path / "a.txt"), "--encoding", "koi8_r"]) == 0
    written = capsys.readouterr()
    assert written.out.startswith("KOI8-R, ") and PLAIN_RUSSIAN in written.out


@pytest.mark.parametrize("what", BAD_FILES)
def test_bad_files_end_with_2_and_a_message(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, make, said = BAD_FILES[what]
    (tmp_path / name).write_bytes(make())
    for command in (["decode"], ["train", "my-own", "--out", str(tmp_path / "runs"), "--text"]):
        assert main([*command, str(tmp_path / name)]) == 2
        written = capsys.readouterr()
        assert said in written.err and written.out == ""
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("data", "arguments", "said"),
    [
        (b"Word", [], "at least 2"),
        (b"Two words", ["--encoding", "klingon"], "no encoding"),
        (RUSSIAN.encode("cp1251"), ["--encoding", "utf-8"], "not in UTF-8"),
    ],
    ids=["too short", "unknown encoding", "wrong encoding"],
)
def test_what_cannot_be_decoded_ends_with_2_and_a_message(
    data: bytes, arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert main(["decode", str(tmp_path / "a.txt"), *arguments]) == 2
    written = capsys.readouterr()
    assert said in written.err and written.out == ""


@pytest.mark.parametrize("path", ["no such.txt", "."])
def test_what_is_no_file_ends_with_2(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", path]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_train_reads_any_format_and_hints_at_characters_where_words_have_no_spaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.docx").write_bytes(make_docx(CHINESE))
    too_long = ["--set", "window=256", "--out", str(tmp_path / "runs")]  # it ends before anything is trained
    assert main(["train", "my-own", "--text", str(tmp_path / "a.docx"), *too_long]) == 2
    told = capsys.readouterr().err
    assert "--set symbols=characters" in told and "at least 257" in told
