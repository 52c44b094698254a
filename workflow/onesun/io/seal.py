"""Files that tell by themselves whether they are still what was written.

A JSON product holds a ``digest``: the SHA-256 of its text without that line. Other content gets a
first line with its SHA-256. Any changed byte is found, one of the digest itself included.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

_KEY = "digest"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class BrokenSealError(ValueError):
    """Some bytes are not those that were written."""


def text_of(content: Any) -> str:
    """JSON as OneSun writes it: indented, keys sorted, no NaN."""
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"


def sealed_text(content: Mapping[str, Any]) -> str:
    """The text of a JSON product, with its digest; one that ``content`` has is replaced."""
    # By way of the text, because keys that are numbers are not sorted as their names are.
    plain = json.loads(text_of({key: value for key, value in content.items() if key != _KEY}))
    return text_of(plain | {_KEY: _sha256(text_of(plain).encode())})


def checked_json(text: str) -> tuple[Any, bool]:
    """What JSON text holds, less its digest, and whether it had one.

    Raises BrokenSealError where the digest does not fit, ValueError where the text is no JSON.
    """
    content = json.loads(text)
    if not isinstance(content, dict):
        return content, False
    if _KEY in content:
        if sealed_text(content) != text:
            raise BrokenSealError
        del content[_KEY]
        return content, True
    if any(isinstance(value, str) and _DIGEST.fullmatch(value) for value in content.values()):
        raise BrokenSealError  # a digest whose name has changed
    return content, False


def sealed_bytes(content: bytes, what: str) -> bytes:
    """``content`` behind a line that says what it is and its SHA-256."""
    return f"onesun {what} {_sha256(content)}\n".encode() + content


def unsealed_bytes(sealed: bytes, what: str) -> bytes:
    """What :func:`sealed_bytes` was given; raises BrokenSealError when it is not that."""
    _, _, content = sealed.partition(b"\n")
    if sealed_bytes(content, what) != sealed:
        raise BrokenSealError
    return content


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
