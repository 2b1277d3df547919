"""The frame of every page: the run in hand, text that stays text, errors that a visitor can read."""

from streamlit.testing.v1 import AppTest

from lstm_ui.page import escape_markdown


def show_run_of_fake_service() -> None:
    import numpy as np
    import streamlit as st

    from lstm_core.errors import RunNotFound
    from lstm_core.network.spec import RunSpec
    from lstm_core.service.views import History, RunView
    from lstm_ui.page import show_run_in_hand

    def make_view(run_id: str) -> RunView:
        spec = RunSpec.build("some text", f"Text {run_id}")
        return RunView(
            run_id=run_id, spec=spec, state="paused", step=20, total_steps=100, loss=1.25, accuracy=0.5,
            validation_loss=None, validation_accuracy=None, seconds=1.0, symbols_per_second=1.0, seconds_left=None,
            place=0, cores=1, learning_rate=0.001, note="", validation_note="", stopped_by=None, checkpoint_step=0,
            parameters=1, symbol_count=9, samples=(), predictions=(), created=0.0,
        )  # fmt: skip

    class FakeService:
        """Two runs at most, and nothing that trains."""

        runs = {name: make_view(name) for name in st.session_state.get("existing", "one two").split()}

        def list_runs(self, *_: object) -> list[RunView]:
            return list(self.runs.values())

        def view(self, run_id: str) -> RunView:
            if run_id not in self.runs:
                raise RunNotFound(f"No run {run_id}.", "It was expected.", "Choose another.")
            return self.runs[run_id]

        def history(self, run_id: str) -> History:
            return History(*[np.linspace(4, 1, 20, dtype=np.float32)] * 3, *[np.zeros(0)] * 3)

    show_run_in_hand(FakeService())  # type: ignore[arg-type]


def shown(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_without_any_run_the_frame_says_so() -> None:
    page = AppTest.from_function(show_run_of_fake_service)
    page.session_state["existing"] = ""
    assert "no run yet" in shown(page.run())


def test_the_run_of_the_address_is_in_hand() -> None:
    page = AppTest.from_function(show_run_of_fake_service)
    page.query_params["run"] = "two"
    assert page.run().selectbox(key="run_in_hand").value == "two"


def test_the_run_of_the_address_wins_over_the_one_of_the_session() -> None:
    page = AppTest.from_function(show_run_of_fake_service)
    page.session_state["run_id_in_hand"] = "one"
    page.query_params["run"] = "two"
    assert page.run().selectbox(key="run_in_hand").value == "two"


def test_the_run_chosen_in_the_frame_goes_into_the_address() -> None:
    page = AppTest.from_function(show_run_of_fake_service).run()
    page.selectbox(key="run_in_hand").select("one").run()
    assert page.query_params["run"] == "one"


def test_the_frame_shows_loss_and_state_of_the_run_in_hand() -> None:
    page = AppTest.from_function(show_run_of_fake_service)
    page.query_params["run"] = "one"
    page.run()
    assert "loss 1.250" in shown(page) and "paused" in shown(page)


def fail_in_all_ways() -> None:
    import streamlit as st

    from lstm_core.errors import TextTooShort
    from lstm_ui.page import friendly_errors

    with friendly_errors():
        raise TextTooShort("The text has **2** symbols.", "It needs 4.", "Choose a longer one.")
    with friendly_errors():
        raise KeyError("secret detail")
    with friendly_errors():
        st.stop()
    st.error("reached")


def test_an_expected_error_is_shown_in_its_own_words_and_escaped() -> None:
    page = AppTest.from_function(fail_in_all_ways).run()
    assert page.error[0].value.startswith(escape_markdown("The text has **2** symbols."))


def test_a_bug_is_shown_as_a_plain_sentence_with_a_number_and_its_traceback_goes_to_the_log(caplog) -> None:
    page = AppTest.from_function(fail_in_all_ways).run()
    number = page.error[1].value.rstrip(".").split()[-1]
    assert "secret" not in page.error[1].value
    assert number in caplog.text and "KeyError: 'secret detail'" in caplog.text


def test_stopping_a_page_is_no_error() -> None:
    page = AppTest.from_function(fail_in_all_ways).run()
    assert len(page.error) == 2 and not page.exception


def test_escaped_text_has_no_bare_mark_of_markdown() -> None:
    escaped = escape_markdown("# *a* [b](c) $x$ <i> `d` :red[e]")
    assert all(escaped[place - 1] == "\\" for place, letter in enumerate(escaped) if letter in "#*[]()$<>`:")


def test_escaped_text_stays_on_one_line() -> None:
    assert "\n" not in escape_markdown("a\n\n    b")


def test_words_of_any_language_pass_the_escape_unchanged() -> None:
    assert escape_markdown("señor 学而时习之 Καλημέρα") == "señor 学而时习之 Καλημέρα"
