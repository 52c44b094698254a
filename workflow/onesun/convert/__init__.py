"""A user's own magnetogram in, an HMI-like magnetogram with errors out.

The package is also the function that notebooks use: ``onesun.convert(path_or_map)`` is
:func:`onesun.convert.api.convert`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A module that can be called: importing any part of it must not hide the function."""

    def __call__(self, source: Any, **options: Any) -> Any:
        from onesun.convert.api import convert

        return convert(source, **options)


sys.modules[__name__].__class__ = _Callable
