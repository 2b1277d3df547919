"""Matrix products that need no second thread: small pieces, one after the other.

OpenBLAS shares a product above a certain size between threads. That is well meant, but while a run trains on all cores
the second thread waits for its turn, at each of hundreds of steps: to read 200 words took 64 ms instead of 3 (64 units,
two busy processes on two cores). Pieces of sixteen rows are as quick on one thread as the whole.
"""

from collections.abc import Callable

import numpy as np

# Multiplications up to which one thread does it all: OpenBLAS 0.3.31, interface/gemv.c and interface/gemm.c.
_LARGEST_BY_VECTOR = 9_215
_LARGEST = 262_144
_ROWS = 16  # of a piece


class OneThreadMatrix:
    """A matrix (K, C) that rows are multiplied by. Read-only, so that threads may share it."""

    def __init__(self, matrix: np.ndarray) -> None:
        self._for_vectors = _cut_columns(matrix, _LARGEST_BY_VECTOR // len(matrix))
        self._for_rows = _cut_columns(matrix, _LARGEST // (_ROWS * len(matrix)))

    def times_vector(self, vector: np.ndarray, out: np.ndarray) -> None:
        """Write the product of `vector` (K,) and the matrix into `out` (C,)."""
        np.matmul(vector[None], self._for_vectors, out=out.reshape(len(self._for_vectors), 1, -1))

    def times_rows(self, rows: np.ndarray, out: np.ndarray) -> None:
        """Write the product of `rows` (N, K) and the matrix into `out` (N, C); N is a multiple of sixteen."""
        pieces, size, columns = self._for_rows.shape
        np.matmul(
            rows.reshape(-1, 1, _ROWS, size),
            self._for_rows,
            out=out.reshape(-1, _ROWS, pieces, columns).swapaxes(1, 2),  # (N / 16, pieces, 16, columns), a view
        )

    def times(self, rows: np.ndarray) -> np.ndarray:
        """Return the product (N, C) of any number of rows (N, K) and the matrix."""
        if len(rows) % _ROWS:
            filled = np.zeros((round_up(len(rows)), rows.shape[1]), rows.dtype)
            filled[: len(rows)] = rows
            return self.times(filled)[: len(rows)]
        pieces, _, columns = self._for_rows.shape
        out = np.empty((len(rows), pieces * columns), rows.dtype)
        self.times_rows(rows, out)
        return out


def steady_product(matrix: np.ndarray, rows: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return what multiplies `rows` rows (rows, K) by `matrix` (K, C) again and again: a single row on one thread."""
    if rows != 1:
        return lambda left: left @ matrix
    pieces = _cut_columns(matrix, _LARGEST_BY_VECTOR // len(matrix))
    return lambda row: np.matmul(row, pieces).reshape(1, -1)


def round_up(count: int) -> int:
    """Return how many rows `count` rows take in pieces of sixteen."""
    return -(-count // _ROWS) * _ROWS


def _cut_columns(matrix: np.ndarray, max_columns: int) -> np.ndarray:
    """Cut a matrix (K, C) into equal pieces of at most `max_columns` columns, or of one: (pieces, K, columns)."""
    rows, columns = matrix.shape
    pieces = next(n for n in range(1, columns + 1) if columns % n == 0 and columns // n <= max(1, max_columns))
    return np.ascontiguousarray(matrix.reshape(rows, pieces, -1).swapaxes(0, 1))
