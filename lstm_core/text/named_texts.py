"""Which text does a name on the command line mean? The same names as in the list on /train."""

from lstm_core.text.downloads import DOWNLOADS, Progress, downloads_folder, fetch, read_download
from lstm_core.text.library import LIBRARY, load_text
from lstm_core.text.reading import DecodedText
from lstm_core.text.teacher_folder import list_teacher_texts, read_teacher_text, teacher_folder


def load_named_text(name: str, progress: Progress) -> tuple[str, DecodedText] | None:
    """Return title and text of what ships, can be downloaded, or lies in the teacher's folder; None for other names.

    What is not here yet is downloaded now. Raises DownloadFailed, and what reading the teacher's file raises.
    """
    if name in LIBRARY:
        return LIBRARY[name].title, DecodedText(load_text(name), "UTF-8", ())
    if name in DOWNLOADS:
        text, folder = DOWNLOADS[name], downloads_folder()
        fetch(text, folder, progress)
        return text.title, read_download(text, folder)
    for own in list_teacher_texts(teacher_folder()):
        if own.name == name:
            return own.name, read_teacher_text(own)
    return None
