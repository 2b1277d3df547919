"""The same LSTM three times, in NumPy, in TensorFlow and in Keras: what does each show, what does it hide?"""

import streamlit as st

from lstm_core.frameworks.parts import read_programs
from lstm_ui.framework_check import show_framework_check
from lstm_ui.framework_code import show_framework_code
from lstm_ui.framework_history import show_framework_history, show_tensorboard
from lstm_ui.page import friendly_errors, page_setup
from lstm_ui.service import training_service


def show_programs() -> None:
    st.markdown(
        "One network that reads letters, written three times, as in the third tutorial. Choose a part, or point at a "
        "line: what corresponds is marked in all three."
    )
    show_framework_code()
    with st.container(horizontal=True, gap="xsmall", key="framework_files"):
        for program in read_programs():
            st.download_button(
                f"Download {program.file_name}",
                data=program.source,
                file_name=program.file_name,
                mime="text/x-python",
                key=f"framework_file_{program.framework.lower()}",
                on_click="ignore",
            )
    st.caption("Each is whole in itself and runs by `python numpy_program.py my-text.txt`, without this app.")


page_setup("Frameworks", "/frameworks")
st.title("One LSTM, three frameworks", anchor=False)
with friendly_errors():
    show_programs()
    show_framework_check(training_service())
    show_framework_history()
    show_tensorboard(training_service())
