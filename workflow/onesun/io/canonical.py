"""Settings as text that is the same for the same content."""

from __future__ import annotations

import json
from typing import Any


def canonical(section: Any) -> str:
    """A section as JSON that is the same for the same content: sorted keys, no spaces."""
    return json.dumps(section, sort_keys=True, separators=(",", ":"), allow_nan=False)
