import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.service.run_curves import GrowingArray


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3_000)), max_size=6))
def test_a_growing_array_is_the_list_that_was_cut_and_extended(changes: list[tuple[int, int]]) -> None:
    array, expected = GrowingArray(), []
    for number, (back, count) in enumerate(changes):
        first = max(0, len(expected) - back)
        array.extend(first, np.full(count, number, np.float32))
        expected = expected[:first] + [number] * count
    assert array.after(0).tolist() == expected


def test_values_missing_before_a_stretch_are_nan() -> None:
    array = GrowingArray()
    array.extend(0, np.float32([1, 2, 3]))
    array.extend(1, np.float32([]))
    array.extend(3, np.float32([4]))
    np.testing.assert_array_equal(array.after(0), [1, np.nan, np.nan, 4])


def test_the_tail_of_a_short_array_is_all_of_it() -> None:
    array = GrowingArray()
    array.extend(0, np.float32([1, 2]))
    assert (array.tail(1).tolist(), array.tail(5).tolist(), array.tail(0).tolist()) == ([2], [1, 2], [])
