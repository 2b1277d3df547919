"""What the browser keeps is copied once, whole, under a name that tells its version."""

import importlib.metadata
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lstm_ui.static_files import STATIC_FOLDER, plotly_address, publish


def test_the_address_is_relative_to_any_page_and_carries_the_version(tmp_path: Path) -> None:
    source = tmp_path / "chart.js"
    source.write_text("1")
    assert publish(source, "2.0", tmp_path / "static") == "app/static/chart-2.0.js"


def test_many_who_publish_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    source = tmp_path / "large.js"
    source.write_bytes(b"x" * 3_000_000)
    folder = tmp_path / "static"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: publish(source, "1", folder), range(16)))
    assert [(file.name, file.stat().st_size) for file in folder.iterdir()] == [("large-1.js", 3_000_000)]


def test_the_copy_is_old_enough_for_browsers_to_keep_it_for_a_year(tmp_path: Path) -> None:
    source = tmp_path / "chart.js"
    source.write_text("1")
    publish(source, "1", tmp_path)
    assert time.time() - (tmp_path / "chart-1.js").stat().st_mtime > 10 * 365 * 24 * 3600


def test_plotly_is_the_one_that_the_plotly_package_ships() -> None:
    name = plotly_address().removeprefix("app/static/")
    assert name == f"plotly.min-{importlib.metadata.version('plotly')}.js"
    assert (STATIC_FOLDER / name).stat().st_size > 1_000_000
