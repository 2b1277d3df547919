"""The README tells of everything there is, and tells nothing that is not."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_core.knobs import KNOBS
from lstm_core.network.experiments import EXPERIMENTS
from lstm_core.text.downloads import DOWNLOADS, DownloadableText
from lstm_core.text.library import LIBRARY

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE_BLOCKS = "\n".join(re.findall(r"^```\w*\n(.*?)^```", README, re.DOTALL | re.MULTILINE))
ADDRESSES = ["/", *(f"/{file.stem}" for file in sorted((ROOT / "pages").glob("*.py")))]
# Whatever lies in assets but the list itself and files for git.
BUNDLED = [file for file in sorted((ROOT / "assets").rglob("[!.]*")) if file.is_file() and file.name != "SOURCES.md"]
COMMANDS = sorted(set(re.findall(r"python -m lstm_core (\w+)", README)))
# Files of the project that the README names: a path or a name with an ending, in backticks or as a link.
NAMED_FILES = sorted(set(re.findall(r"[`(]([\w./-]+\.(?:py|txt|md|toml|png))[`)]", README)))


def read_environment_variables() -> set[str]:
    """Collect the names of all environment variables of ours that the code reads."""
    files = [
        *ROOT.glob("*.py"),
        *(file for room in ("lstm_core", "lstm_ui", "pages") for file in ROOT.glob(f"{room}/**/*.py")),
    ]
    return {
        name for file in files for name in re.findall(r"[\"'](LSTM_[A-Z_]+)[\"']", file.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_readme_names_the_page(address: str) -> None:
    assert f"`{address}`" in README


@pytest.mark.parametrize("name", KNOBS)
def test_the_readme_names_the_knob_and_its_default(name: str) -> None:
    default = KNOBS[name].default
    shown = f"{default:,}" if isinstance(default, int) and name != "random_seed" else str(default)
    assert re.search(rf"^\| `{name}` \| {re.escape(shown)} \|", README, re.MULTILINE), (
        f"expected: | `{name}` | {shown} |"
    )


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_readme_names_the_experiment(name: str) -> None:
    assert f"`{name}`" in README


def test_the_readme_names_the_environment_variables_that_the_code_reads_and_no_others() -> None:
    assert set(re.findall(r"`(LSTM_[A-Z_]+)`", README)) == {*read_environment_variables(), "LSTM_TEST_DATA"}


@pytest.mark.parametrize("file", BUNDLED, ids=lambda file: file.name)
def test_the_origin_of_the_bundled_file_is_told(file: Path) -> None:
    lines = (ROOT / "assets" / "SOURCES.md").read_text(encoding="utf-8")
    assert file.relative_to(ROOT / "assets").as_posix() in lines
    assert hashlib.sha256(file.read_bytes()).hexdigest() in lines, "its sha256 is another than SOURCES.md says"


@pytest.mark.parametrize("name", LIBRARY)
def test_the_sources_name_the_text(name: str) -> None:
    assert name in (ROOT / "assets" / "SOURCES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", DOWNLOADS.values(), ids=lambda text: text.name)
def test_the_sources_name_the_download_with_its_address_and_hash(text: DownloadableText) -> None:
    lines = (ROOT / "assets" / "SOURCES.md").read_text(encoding="utf-8")
    assert f"<{text.url}>" in lines and f"`{text.sha256}`" in lines


def test_the_make_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"\bmake ([a-z-]+)", CODE_BLOCKS))
    assert commands >= {"run", "test"}
    assert not {name for name in commands if not re.search(rf"^{name}:", makefile, re.MULTILINE)}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_of_the_readme_exists(command: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "lstm_core", command, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("name", NAMED_FILES)
def test_the_file_that_the_readme_names_exists(name: str) -> None:
    assert (ROOT / name).is_file()
