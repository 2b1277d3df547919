"""A text of the list on /train that must be fetched first: the button, the progress, and what stands in meanwhile."""

from pathlib import Path

import streamlit as st

from lstm_core.errors import DownloadFailed
from lstm_core.text.download_desk import DownloadDesk
from lstm_core.text.downloads import (
    DownloadableText,
    RemoteFile,
    downloads_folder,
    is_downloaded,
    read_download,
)
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.reading import DecodedText
from lstm_ui.page import escape_markdown
from lstm_ui.upload_choice import ChosenText

LOOK_SECONDS = 0.5  # how often the progress of a download is looked at


def download_label(text: DownloadableText) -> str:
    """Name the text in the list, with its size while it is still elsewhere."""
    if is_downloaded(text, downloads_folder()):
        return text.title
    return f"{text.title} ({text.size_bytes / 1e6:.1f} MB, to download)"


def choose_download(text: DownloadableText) -> ChosenText:
    """Return the text if it is here; else draw how to get it, and return the one that ships in its stead."""
    desk = download_desk(downloads_folder())
    file = desk.folder / text.file
    if is_downloaded(text, desk.folder):
        try:
            decoded = _read(text, desk.folder, file.stat().st_mtime_ns)
            return ChosenText(decoded.text, text.name, text.title, decoded.encoding, decoded.notes)
        except (DownloadFailed, OSError) as error:
            st.warning(escape_markdown(str(error)))
    stand_in = LIBRARY[text.stand_in]
    st.info(
        f"It is not on this server yet; it is fetched once for all visitors, and checked. "
        f"Until then “{stand_in.title}” stands in, which ships with the app."
    )
    show_download(desk, text)
    return ChosenText(load_text(stand_in.name), stand_in.name, stand_in.title, "UTF-8", ())


def show_download(desk: DownloadDesk, *files: RemoteFile, key: str = "download") -> None:
    """Draw the button that fetches files that belong together, or how far that is."""
    name = files[0].name
    with st.container(key=key):
        if desk.state(name).is_running:
            st.fragment(_show_progress, run_every=LOOK_SECONDS)(desk, name)
        else:
            error = desk.state(name).error
            if error:
                st.warning(escape_markdown(str(error)))
            st.button("Download it", key=f"{key}_text", on_click=desk.start, args=files)


def _show_progress(desk: DownloadDesk, name: str) -> None:
    state = desk.state(name)
    if not state.is_running:
        st.rerun()  # the whole page: the text is there, or why it is not
    counted = f"{state.received_bytes / 1e6:.1f} of {state.total_bytes / 1e6:.1f} MB"
    st.progress(state.share, text=f"Downloading, {counted}")


@st.cache_resource(show_spinner=False)
def download_desk(folder: Path) -> DownloadDesk:
    """Return the one desk of this server: visitors who want the same text wait for the same download."""
    return DownloadDesk(folder)


@st.cache_data(max_entries=4, show_spinner="Reading the text …")
def _read(text: DownloadableText, folder: Path, changed_ns: int) -> DecodedText:
    """Read and check the file once for each of its versions, which `changed_ns` tells apart."""
    return read_download(text, folder)
