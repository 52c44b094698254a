"""Read patches straight from the store's shards, as fast as the disk and Blosc allow.

Zarr's own reader takes 1.5 ms for one patch at random, this one 0.1 ms. It reads the same bytes:
https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html
"""

from __future__ import annotations

import os
from pathlib import Path

import google_crc32c
import numpy as np
from numcodecs import blosc

from onesun.errors import DamagedProductError
from onesun.io.files import read_json
from onesun.store import layout

_ABSENT = 2**64 - 1  # offset of a chunk that holds only FILL
_CRC_BYTES = 4
_EXPECTED = ("sharding_indexed", ["bytes", "blosc", "crc32c"], ["bytes", "crc32c"], "end")


class ShardedField:
    """One array of fields of a patch store, a frame a shard.

    Picklable, holds no open file, and so can be handed to the worker processes of a data loader.

    Attributes
    ----------
    shape : (frames, patches, size, size)
    quantum : gauss of one step.
    """

    def __init__(self, folder: Path) -> None:
        """Open the array in ``folder``; raise DamagedProductError when it is no such array."""
        self.folder = Path(folder)
        self._metadata = self.folder / "zarr.json"
        content = read_json(self._metadata)
        try:
            codec = content["codecs"][0]
            inner = codec["configuration"]
            found = (
                codec["name"],
                [part["name"] for part in inner["codecs"]],
                [part["name"] for part in inner["index_codecs"]],
                inner["index_location"],
            )
            self.shape: tuple[int, int, int, int] = tuple(content["shape"])
            self.per_chunk: int = inner["chunk_shape"][1]
            self.quantum: float = content["attributes"]["scale_factor"]
        except (KeyError, IndexError, TypeError) as error:
            raise DamagedProductError(f"{self._metadata}: no array of fields ({error})") from None
        if found != _EXPECTED:
            raise DamagedProductError(f"{self._metadata}: codecs {found}, expected {_EXPECTED}")
        self._indices: dict[int, np.ndarray] = {}

    def frame(self, index: int) -> np.ndarray:
        """All patches of one frame in steps: (patches, size, size) int32.

        Raises DamagedProductError naming the file whose checksum is wrong.
        """
        path = self._path(index)
        try:
            shard = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from None
        steps = np.empty((len(self._index(index)), *self._chunk_shape), dtype=np.int32)
        whole = memoryview(shard)
        for chunk, (start, length) in enumerate(self._index(index).tolist()):
            if start == _ABSENT:
                steps[chunk] = layout.FILL
            else:
                self._unpack(whole[start : start + length], path, steps[chunk])
        return steps.reshape(self.shape[1:])

    def patch(self, index: int, patch: int) -> np.ndarray:
        """One patch of one frame in steps: (size, size) int32; raises as :meth:`frame` does."""
        chunk, place = divmod(patch, self.per_chunk)
        start, length = self._index(index)[chunk].tolist()
        if start == _ABSENT:
            return np.full(self.shape[2:], layout.FILL, dtype=np.int32)
        path = self._path(index)
        steps = np.empty(self._chunk_shape, dtype=np.int32)
        self._unpack(_read(path, start, length), path, steps)
        one: np.ndarray = steps[place]
        return one

    def gauss(self, steps: np.ndarray) -> np.ndarray:
        """Steps as float32 gauss, NaN where there is no value."""
        return layout.to_gauss(steps, self.quantum)

    @property
    def _chunk_shape(self) -> tuple[int, int, int]:
        return (self.per_chunk, *self.shape[2:])

    def _path(self, index: int) -> Path:
        if not 0 <= index < self.shape[0]:
            raise IndexError(f"frame {index} of {self.shape[0]}")
        return self.folder / "c" / str(index) / "0" / "0" / "0"

    def _index(self, index: int) -> np.ndarray:
        """Where each chunk of a frame lies in its shard: (chunks, 2) of start and length."""
        if index not in self._indices:
            path = self._path(index)
            chunks = self.shape[1] // self.per_chunk
            tail = _read(path, -(16 * chunks + _CRC_BYTES), 16 * chunks + _CRC_BYTES)
            table = _checked(tail, path)
            self._indices[index] = np.frombuffer(table, dtype="<u8").reshape(chunks, 2)
        return self._indices[index]

    def _unpack(self, packed: bytes | memoryview, path: Path, into: np.ndarray) -> None:
        content = _checked(packed, path)
        try:
            blosc.decompress(content, into)
        except (RuntimeError, ValueError) as error:
            raise _unreadable(path, error) from None


def _read(path: Path, start: int, length: int) -> bytes:
    """Bytes of a file; a negative ``start`` counts from its end."""
    try:
        with open(path, "rb", buffering=0) as handle:
            handle.seek(start, os.SEEK_END if start < 0 else os.SEEK_SET)
            return handle.read(length)
    except OSError as error:
        raise _unreadable(path, error) from None


def _checked(content: bytes | memoryview, path: Path) -> bytes:
    """What precedes the CRC-32C that ends ``content``, once it agrees."""
    body = bytes(content[:-_CRC_BYTES])
    if google_crc32c.value(body).to_bytes(_CRC_BYTES, "little") != content[-_CRC_BYTES:]:
        raise DamagedProductError(f"{path}: damaged, a checksum is not that of its bytes")
    return body


def _unreadable(path: Path, error: Exception) -> DamagedProductError:
    return DamagedProductError(f"{path}: not readable ({error})")
