"""Square blocks of a frame: non-overlapping, laid from its first corner."""

from __future__ import annotations

import numpy as np

_BAND_PIXELS = 2**18  # in float64 still within the caches; larger temporaries cost more than sums


def reduce(field: np.ndarray, size: int, ufunc: np.ufunc) -> np.ndarray:
    """``ufunc`` over each block of ``size`` x ``size`` pixels.

    Parameters
    ----------
    field : (N, M), both multiples of ``size``.
    ufunc : such as ``np.maximum`` or ``np.logical_and``.

    Returns (N / size, M / size).
    """
    rows, columns = field.shape
    by_row = ufunc.reduce(field.reshape(rows // size, size, columns), axis=1)
    # Column by column: numpy is slow at reducing the few neighbours of a short last axis.
    total: np.ndarray = by_row[:, ::size].copy()
    for column in range(1, size):
        ufunc(total, by_row[:, column::size], out=total)
    return total


def sums(size: int, *factors: np.ndarray) -> np.ndarray:
    """Sum over each block of the product of ``factors``, in float64.

    Parameters
    ----------
    factors : (N, M) each; numbers or bool.

    Returns (N / size, M / size) float64. No product of the frame's size is ever held.
    """
    rows, columns = factors[0].shape
    step = size * max(1, _BAND_PIXELS // (size * columns))
    bands = []
    for top in range(0, rows, step):
        product = factors[0][top : top + step].astype(np.float64)
        for factor in factors[1:]:
            product *= factor[top : top + step]
        bands.append(reduce(product, size, np.add))
    return np.concatenate(bands)
