"""The section ``release``."""

from __future__ import annotations

from onesun.settings import MethodNames, Month, Name, Section, key


class Sun(Section):
    """A full disk that is left out."""

    month: Month = key(...)
    """Test month in which the Sun is judged."""
    methods: dict[Name, str] = key(
        ...,
        title="names under methods by the name of a row, network among them",
        required=["network"],
    )
    """Methods that have not seen the Sun, by the name of their row; `network` is one of them."""


class Release(Section):
    """The weights that come with the package, taken from a run and scored on Suns that were
    left out (config/release.yaml); null for a run that makes none.
    """

    READ_BY = ("onesun weights",)

    method: str = key(..., title="a name under methods")
    """The network whose weights are taken; it has an error."""
    suns: dict[str, Sun] = key(..., min_length=1)
    """Full disks that are left out, one at a time, by the month of their real frame."""
    baselines: MethodNames = key(["raw", "bicubic", "matched"])
    """Methods that are judged on every Sun, beside those."""
    bar: str = key("matched", title="the name of a row")
    """The row that gains are measured from."""
