"""Every changed byte of a sealed file is found."""

from __future__ import annotations

import hashlib
import json

import pytest

from onesun.errors import DamagedProductError
from onesun.io import seal
from onesun.io.files import read_json, read_sealed, write_json

CONTENT = {"product": "statistics", "b": [1.5, None, "é"], "a": {"2": 1, "10": True}}


def test_a_product_comes_back_as_it_was_given(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, CONTENT)
    assert read_json(path) == CONTENT
    assert read_sealed(path) == (CONTENT, True)
    write_json(path, json.loads(path.read_text()))  # digest and all
    assert read_sealed(path) == (CONTENT, True)


def test_the_digest_is_that_of_the_text_without_it(tmp_path):
    write_json(tmp_path / "a.json", CONTENT)
    lines = (tmp_path / "a.json").read_text().splitlines(keepends=True)
    (line,) = (line for line in lines if line.startswith('  "digest"'))
    rest = "".join(other for other in lines if other != line)
    assert hashlib.sha256(rest.encode()).hexdigest() in line


def test_what_is_no_product_gets_no_digest(tmp_path):
    for content in ({"a": 1}, [1, 2], "text"):
        write_json(tmp_path / "a.json", content)
        assert read_sealed(tmp_path / "a.json") == (content, False)


def test_any_changed_byte_of_a_product_is_found(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, CONTENT)
    written = path.read_bytes()
    for place in range(len(written)):
        for bit in range(8):
            changed = bytearray(written)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            with pytest.raises(DamagedProductError, match=r"a\.json: (its bytes|not readable)"):
                read_json(path)


def test_keys_that_are_numbers_are_sealed_too():
    text = seal.sealed_text({"product": "x", "counts": {2: 1, 10: 2}})
    assert seal.checked_json(text) == ({"product": "x", "counts": {"2": 1, "10": 2}}, True)


def test_any_changed_byte_of_other_content_is_found():
    sealed = seal.sealed_bytes(b"weights\nand more", "checkpoint")
    assert seal.unsealed_bytes(sealed, "checkpoint") == b"weights\nand more"
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(seal.BrokenSealError):
            seal.unsealed_bytes(bytes(changed), "checkpoint")
    for cut in (b"", sealed[:20], sealed[:-1], sealed + b"\0"):
        with pytest.raises(seal.BrokenSealError):
            seal.unsealed_bytes(cut, "checkpoint")
