import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.service.glance import GAP, LEVELS, POINTS, draw_curve


def heights(losses: np.ndarray, start_loss: float = 4.0) -> list[int]:
    return list(draw_curve(np.asarray(losses, np.float32), start_loss))


def test_knowing_nothing_stands_at_its_level_and_perfection_at_the_bottom() -> None:
    assert heights([4.0, 2.0, 0.0]) == [LEVELS, LEVELS // 2, 0]


def test_each_point_is_the_mean_of_as_many_steps_as_the_others() -> None:
    losses = np.random.default_rng(1).uniform(0, 4, 4 * POINTS)
    means = losses.reshape(POINTS, 4).mean(axis=1) / 4 * LEVELS
    np.testing.assert_allclose(heights(losses), means, atol=0.51)


@given(st.integers(POINTS + 1, 3_000))
def test_until_the_next_doubling_the_drawn_points_stay_where_they_are(count: int) -> None:
    losses = np.linspace(4, 1, 6_000)
    now, later = heights(losses[:count]), heights(losses[: count + 1])
    assert len(later) <= POINTS
    assert later[: len(now) - 1] == now[:-1] or len(later) < len(now)


def test_a_million_steps_are_drawn_from_some_of_them() -> None:
    losses = np.linspace(4, 0, 1_000_000)
    drawn = heights(losses)
    assert POINTS / 2 <= len(drawn) <= POINTS
    assert drawn == sorted(drawn, reverse=True)


def test_what_is_not_known_is_a_gap_and_what_is_too_high_stays_in_the_drawing() -> None:
    assert heights([np.nan, np.inf, 100.0]) == [GAP, GAP, GAP - 1]
    assert heights([]) == []
