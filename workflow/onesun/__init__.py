"""OneSun: MDI and GONG line-of-sight magnetograms as HMI is expected to have seen them.

For notebooks:

- ``onesun.convert(path_or_map)``, a frame as an HMI-like sunpy map
  (:func:`onesun.conversion.api.convert`);
- ``onesun.open_map(path)``, the same of a file that ``onesun convert`` wrote
  (:func:`onesun.conversion.maps.open_map`);
- ``onesun.open_patches(manifest)``, the patches of a month as a labelled dataset
  (:func:`onesun.store.read.open_patches`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onesun.io import home as home  # first: it makes room for what sunpy does when imported
from onesun.version import __version__ as __version__

if TYPE_CHECKING:
    from onesun.conversion.api import convert as convert
    from onesun.conversion.maps import open_map as open_map
    from onesun.store.read import open_patches as open_patches


def __getattr__(name: str) -> Any:
    """Import what a notebook uses when it is first asked for: the rest needs none of it."""
    if name == "convert":
        from onesun.conversion.api import convert

        return convert
    if name == "open_map":
        from onesun.conversion.maps import open_map

        return open_map
    if name == "open_patches":
        from onesun.store.read import open_patches

        return open_patches
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
