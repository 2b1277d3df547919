"""What a visitor may call a run."""

import unicodedata

from lstm_core.errors import InvalidSetting
from lstm_core.knobs import MAX_RUN_NAME_CHARACTERS
from lstm_core.text.reading import clean_text


def clean_run_name(typed: str) -> str:
    """Return a name on one line, without what nobody sees. Raises InvalidSetting when nothing is left or it is long."""
    name = " ".join(clean_text(typed).split())
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in name):
        came = "The name is empty."
    elif len(name) > MAX_RUN_NAME_CHARACTERS:
        came = f"The name has {len(name)} characters."
    else:
        return name
    raise InvalidSetting(came, f"It takes 1 to {MAX_RUN_NAME_CHARACTERS}.", "Type another name; the old one stays.")
