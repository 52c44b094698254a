"""The section ``store``."""

from __future__ import annotations

from onesun.settings import Section, key


class Store(Section):
    """The patch stores."""

    READ_BY = ("onesun store",)

    quantum: float = key(0.1, unit="G", gt=0)
    """Step at which fields are kept; the default is JSOC's own."""
