import pytest
from streamlit.testing.v1 import AppTest

from lstm_core.text.encodings import ENCODINGS
from lstm_ui.page import escape_markdown
from lstm_ui.upload_choice import ChosenText
from tests.text.some_files import BAD_FILES, CHINESE, GERMAN, RUSSIAN, make_docx, make_pdf


def show() -> None:
    import streamlit as st

    from lstm_ui.text_choice import choose_text

    if st.checkbox("Another page", key="elsewhere"):
        st.stop()
    st.session_state["chosen"] = choose_text("aesop-mice-in-council")


def draw(corpus: str) -> AppTest:
    page = AppTest.from_function(show, default_timeout=60).run()
    page.selectbox(key="corpus").set_value(corpus).run()
    assert not page.exception
    return page


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.file_uploader(key="upload").set_value((name, data, "text/plain")).run()
    assert not page.exception
    return page


def read_as(page: AppTest, encoding: str) -> AppTest:
    return page.selectbox(key="encoding").set_value(encoding).run()


def has_list(page: AppTest) -> bool:
    return any(box.key == "encoding" for box in page.selectbox)


def test_an_empty_box_says_what_to_do():
    page = draw("paste")
    assert page.session_state["chosen"] is None
    assert "Paste a text" in page.info[0].value


def test_a_pasted_text_is_chosen():
    page = draw("paste")
    page.text_area(key="pasted").set_value("one two three").run()
    assert page.session_state["chosen"].text == "one two three"


def test_a_pasted_text_without_letters_is_refused_with_advice_and_stays_in_the_box():
    page = draw("paste")
    page.text_area(key="pasted").set_value("1 2 3").run()
    assert page.session_state["chosen"] is None
    assert "letter" in page.error[0].value
    assert page.text_area(key="pasted").value == "1 2 3"


def test_without_a_file_the_page_says_what_to_do():
    page = draw("upload")
    assert "Drop a .txt, .md, .pdf or .docx file" in page.info[0].value and not has_list(page)


def test_an_uploaded_file_is_decoded():
    chosen = upload(draw("upload"), "poem.txt", "\ufeffÄpfel".encode()).session_state["chosen"]
    assert (chosen.text, chosen.title, chosen.encoding) == ("Äpfel", "poem.txt", "UTF-8")


@pytest.mark.parametrize(
    ("name", "data", "encoding"),
    [
        ("a.txt", GERMAN.encode("latin-1"), "Latin-1"),
        ("a.md", RUSSIAN.encode("cp1251"), "Windows-1251"),
        ("a.txt", CHINESE.encode("gbk"), "GBK"),
        ("a.pdf", make_pdf(["A page."]), "PDF"),
        ("a.docx", make_docx("A paragraph."), "Word (.docx)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_encoding_is_told_and_can_be_corrected_where_there_is_one(name, data, encoding):
    page = upload(draw("upload"), name, data)
    assert page.session_state["chosen"].encoding == encoding
    assert has_list(page) == (encoding in ENCODINGS)


def test_another_encoding_is_seen_at_once_and_back_again():
    page = upload(draw("upload"), "a.txt", RUSSIAN.encode("cp1251"))
    assert read_as(page, "KOI8-R").session_state["chosen"].text.startswith("╚")
    assert read_as(page, "Windows-1251").session_state["chosen"].text == RUSSIAN
    assert read_as(page, "Guess it").session_state["chosen"].text == RUSSIAN


def test_an_encoding_that_cannot_be_says_so_and_another_can_be_chosen():
    page = read_as(upload(draw("upload"), "a.txt", RUSSIAN.encode("cp1251")), "UTF-8")
    assert "The file is not in UTF" in page.error[0].value
    assert "read as Windows" in page.caption[-1].value
    assert not read_as(page, "Windows-1251").error


def test_a_new_file_is_guessed_anew():
    page = read_as(upload(draw("upload"), "a.txt", RUSSIAN.encode("cp1251")), "Mac Roman")
    page = upload(page, "b.txt", GERMAN.encode())
    assert (page.selectbox(key="encoding").value, page.session_state["chosen"].text) == ("Guess it", GERMAN)


@pytest.mark.parametrize("what", ["empty", "a picture", "binary", "a damaged PDF", "a locked PDF", "a Word bomb"])
def test_a_bad_file_is_refused_in_words_and_the_one_before_stays_chosen(what):
    name, make, said = BAD_FILES[what]
    page = upload(draw("upload"), name, make())
    assert page.session_state["chosen"] is None and said in page.error[0].value.replace("\\", "")
    page = upload(upload(page, "good.txt", GERMAN.encode()), name, make())
    assert said in page.error[0].value.replace("\\", "")
    assert page.session_state["chosen"].text == GERMAN
    assert "Still chosen: good" in page.caption[-1].value


def test_an_uploaded_text_and_its_encoding_outlive_the_page():
    page = read_as(upload(draw("upload"), "<b>poem</b>.txt", RUSSIAN.encode("cp1251")), "KOI8-R")
    text = page.session_state["chosen"].text
    page.checkbox(key="elsewhere").check().run()
    page.checkbox(key="elsewhere").uncheck().run()
    assert page.session_state["chosen"].text == text
    assert page.selectbox(key="encoding").value == "KOI8-R"


def test_an_uploaded_text_outlives_its_widget():
    page = AppTest.from_function(show, default_timeout=30)
    page.session_state["corpus"] = "upload"
    page.session_state["kept_upload"] = ChosenText("one two three", "upload", "<b>poem</b>.txt", "UTF-8", ())
    assert page.run().session_state["chosen"].text == "one two three"
    assert escape_markdown("<b>poem</b>.txt") in page.caption[-1].value


def test_a_file_gives_way_to_the_next_without_leaving_nothing_in_between():
    page = upload(draw("upload"), "good.txt", GERMAN.encode())
    page.file_uploader(key="upload").set_value(None).run()
    assert page.session_state["chosen"].text == GERMAN
    page = upload(page, *bad("a locked PDF"))
    page.file_uploader(key="upload").set_value(None).run()
    assert page.session_state["chosen"].text == GERMAN and not page.error


def bad(what: str) -> tuple[str, bytes]:
    name, make, _ = BAD_FILES[what]
    return name, make()
