"""The section ``convert``."""

from __future__ import annotations

from onesun.settings import Section, key


class Convert(Section):
    """What months are converted with, by the target `converted`."""

    READ_BY = ("the rules",)

    weights: str = key("package", title="package, or a name under methods")
    """`package` for the weights that come with OneSun (even if a method has that name), or the
    method of kind `network` whose weights this run trains; if it states an error, that is
    calibrated first.
    """
