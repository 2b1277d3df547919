import pytest

from lstm_core.coach.energy import describe_energy, estimate_watt_hours, format_watt_hours


def test_an_hour_of_a_core_takes_its_watts_for_an_hour() -> None:
    assert estimate_watt_hours(3_600) == pytest.approx(12)


@pytest.mark.parametrize(
    ("watt_hours", "words"), [(0, "0 Wh"), (0.0123, "0.012 Wh"), (1.26, "1.3 Wh"), (123.4, "123 Wh")]
)
def test_an_energy_is_told_with_two_digits(watt_hours: float, words: str) -> None:
    assert format_watt_hours(watt_hours) == words


def test_the_estimate_says_that_it_is_one_and_how_it_was_made() -> None:
    told = describe_energy(600)
    assert "estimate" in told and "600 seconds" in told and "12 watts" in told and "Lannelongue" in told
