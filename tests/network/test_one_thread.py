"""Products in pieces equal products in one, whatever their size."""

import numpy as np
import pytest

from lstm_core.network.one_thread import OneThreadMatrix, round_up, steady_product


@pytest.mark.parametrize("size", [(1, 4), (7, 28), (16, 128), (101, 404), (64, 256), (300, 5), (257, 1), (1024, 4096)])
@pytest.mark.parametrize("rows", [0, 1, 15, 16, 33])
def test_a_product_in_pieces_is_the_product(size: tuple[int, int], rows: int) -> None:
    random = np.random.default_rng(rows)
    matrix = random.normal(size=size).astype(np.float32)
    left = random.normal(size=(rows, size[0])).astype(np.float32)
    np.testing.assert_allclose(OneThreadMatrix(matrix).times(left), left @ matrix, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 4), (7, 28), (64, 256), (101, 404), (512, 2048)])
def test_a_vector_times_a_matrix_in_pieces_is_the_product(size: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    matrix, vector = random.normal(size=size).astype(np.float32), random.normal(size=size[0]).astype(np.float32)
    out = np.empty(size[1], np.float32)
    OneThreadMatrix(matrix).times_vector(vector, out)
    np.testing.assert_allclose(out, vector @ matrix, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("count", "rows"), [(0, 0), (1, 16), (16, 16), (17, 32)])
def test_rows_come_in_sixteens(count: int, rows: int) -> None:
    assert round_up(count) == rows


def test_the_matrix_is_not_changed_by_a_product_and_the_rows_are_not_either() -> None:
    matrix, rows = np.ones((3, 8), np.float32), np.ones((16, 3), np.float32)
    product = OneThreadMatrix(matrix).times(rows)
    product[:] = 7
    assert (matrix == 1).all() and (rows == 1).all()


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("size", [(1, 4), (7, 28), (101, 404), (512, 2048)])
def test_a_product_that_is_made_again_and_again_is_the_product(size: tuple[int, int], rows: int) -> None:
    random = np.random.default_rng(rows)
    matrix, left = random.normal(size=size).astype(np.float32), random.normal(size=(rows, size[0])).astype(np.float32)
    np.testing.assert_allclose(steady_product(matrix, rows)(left), left @ matrix, rtol=1e-4, atol=1e-4)
