"""OneSun: MDI and GONG line-of-sight magnetograms as HMI is expected to have seen them.

``onesun.convert(path_or_map)`` turns one into an HMI-like sunpy map; see :mod:`onesun.convert`.
"""

from __future__ import annotations

from typing import Any

from onesun import home as home  # first: it makes room for what sunpy does when imported

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import ``onesun.convert`` when it is first asked for: the rest needs none of it."""
    if name == "convert":
        import onesun.convert as package

        return package
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
