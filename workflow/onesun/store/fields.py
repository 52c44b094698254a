"""One array of fields of a patch store, read whole frames at a time, as training does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import zarr

from onesun.errors import DamagedProductError
from onesun.store import layout


class StoredField:
    """The fields of a month's inputs or targets; a frame is one chunk, hence one file.

    Zarr's own reader does the work. It takes a chunk that is missing for one without values, so
    that the file is looked for first. Holds no open file and is picklable.

    Attributes
    ----------
    shape : (frames, patches, size, size)
    quantum : gauss of one step.
    """

    def __init__(self, array: zarr.Array[Any], folder: Path) -> None:
        """Read ``array``, which lies in ``folder``."""
        self._array, self._folder = array, Path(folder)
        self.shape: tuple[int, ...] = array.shape
        attributes: dict[str, Any] = array.attrs.asdict()
        self.quantum = float(attributes["scale_factor"])

    def frame(self, index: int) -> np.ndarray:
        """All patches of one frame in steps: (patches, size, size) int32.

        Raises IndexError beyond the month, and DamagedProductError naming the file that is missing
        or whose checksum (CRC-32C) is wrong.
        """
        if not 0 <= index < self.shape[0]:
            raise IndexError(f"frame {index} of {self.shape[0]}")
        path = self._folder / "c" / str(index) / "0" / "0" / "0"
        if not path.is_file():
            raise DamagedProductError(f"{path}: missing, expected a frame of the store")
        try:
            return np.asarray(self._array[index])
        except (OSError, RuntimeError, ValueError) as error:  # CRC-32C; Blosc
            raise DamagedProductError(f"{path}: damaged ({error})") from None

    def gauss(self, steps: np.ndarray) -> np.ndarray:
        """Steps as float32 gauss, NaN where there is no value."""
        return layout.to_gauss(steps, self.quantum)
