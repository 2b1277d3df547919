"""Files that the browser fetches once and keeps: the chart library and our own scripts, never from a CDN.

Streamlit serves the folder `static/` beside the entry script at `app/static/…` (server.enableStaticServing). It is
filled from the installed packages when a file is first needed, and git ignores it.
"""

import functools
import hashlib
import importlib.metadata
import os
import tempfile
from pathlib import Path

STATIC_FOLDER = Path(__file__).resolve().parents[1] / "static"
LONG_AGO = 1_000_000_000.0  # Unix time of September 2001, see `publish`


def publish(source: Path, version: str, folder: Path = STATIC_FOLDER) -> str:
    """Copy `source` into the static folder and return its address, relative to any page of the app.

    The name carries `version`, so what lies there under that name is right for ever. Several processes may do this at
    once: each writes a file of its own and renames it into place. The copy is dated long ago because Streamlit 1.67
    sends no Cache-Control; browsers then keep a file for a tenth of its age (RFC 9111, 4.2.2) without asking again.
    """
    name = f"{source.stem}-{version}{source.suffix}"
    target = folder / name
    if not target.exists():
        folder.mkdir(exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, prefix=name, suffix=".draft")
        with os.fdopen(handle, "wb") as file:
            file.write(source.read_bytes())
        os.chmod(draft, 0o644)
        os.utime(draft, (LONG_AGO, LONG_AGO))
        try:
            os.replace(draft, target)
        except PermissionError:  # Windows, while another process already serves the same file
            os.unlink(draft)
    return f"app/static/{name}"


@functools.cache
def plotly_address() -> str:
    """Publish the plotly.js that ships in the plotly package and return its address."""
    import plotly

    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return publish(source, importlib.metadata.version("plotly"))


@functools.cache
def script_address(source: Path) -> str:
    """Publish one of our own scripts, with the beginning of its sha256 as version, and return its address."""
    return publish(source, hashlib.sha256(source.read_bytes()).hexdigest()[:12])
