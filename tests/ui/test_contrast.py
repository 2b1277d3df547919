"""Text can be read in both themes: WCAG 2.2 asks for a contrast of 4.5 : 1, and of 3 : 1 for what is drawn."""

import re
import tomllib
from pathlib import Path

import pytest

from lstm_ui.sparkline import COLOUR as SPARKLINE

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text("utf-8"))["theme"]
COLOURED_STYLE = (Path(__file__).parents[2] / "lstm_ui/coloured_text/coloured_text.css").read_text("utf-8")
REVIEW_STYLE = (Path(__file__).parents[2] / "lstm_ui/review.css").read_text("utf-8")
SURFACES = ("backgroundColor", "secondaryBackgroundColor")
Colour = tuple[float, ...]  # red, green, blue: 0 to 1


def read_colour(code: str) -> Colour:
    return tuple(int(code[place : place + 2], 16) / 255 for place in (1, 3, 5))


def mix(ink: Colour, paper: Colour, share: float) -> Colour:
    """Lay `ink` over `paper` with an opacity of `share`."""
    return tuple(share * above + (1 - share) * below for above, below in zip(ink, paper, strict=True))


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG defines it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_highest_contrast_there_is() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ink", ["textColor", "linkColor", "blueColor", "orangeColor", "grayColor"])
def test_every_colour_of_text_and_curves_reads_on_every_surface(theme: str, surface: str, ink: str) -> None:
    colours = THEME[theme]
    assert contrast(read_colour(colours[ink]), read_colour(colours[surface])) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("opacity", [0.68, 0.8, 0.9])  # seed text, remarks of a sample and the top bar, captions
def test_text_that_is_made_fainter_still_reads(theme: str, surface: str, opacity: float) -> None:
    text, paper = read_colour(THEME[theme]["textColor"]), read_colour(THEME[theme][surface])
    assert contrast(mix(text, paper, opacity), paper) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_white_label_of_a_primary_button_reads(theme: str) -> None:
    assert contrast((1, 1, 1), read_colour(THEME[theme]["primaryColor"])) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_small_curve_is_seen_on_the_page(theme: str) -> None:
    assert contrast(read_colour(SPARKLINE), read_colour(THEME[theme]["backgroundColor"])) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("side", ["positive", "negative"])
def test_the_bars_of_a_verdict_are_seen_on_the_page(theme: str, side: str) -> None:
    (code,) = re.findall(rf"--toward-{side}: (#[0-9a-f]{{6}})", REVIEW_STYLE)
    assert contrast(read_colour(code), read_colour(THEME[theme]["backgroundColor"])) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["blue", "orange"])
def test_letters_read_on_the_strongest_colour_of_a_unit(theme: str, colour: str) -> None:
    (share,) = re.findall(rf"--st-{colour}-color\) calc\((\d+)%", COLOURED_STYLE)
    colours = THEME[theme]
    paper = mix(
        read_colour(colours[f"{colour}Color"]), read_colour(colours["secondaryBackgroundColor"]), int(share) / 100
    )
    assert contrast(read_colour(colours["textColor"]), paper) >= 4.5
