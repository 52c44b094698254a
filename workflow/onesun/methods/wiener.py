"""The linear bound: the best linear filter of the very frames that it is judged by."""

from __future__ import annotations

from onesun.methods.ridge import RidgeMethod


class WienerMethod(RidgeMethod):
    """No prediction: its weights have seen the answer, although it reads the input.

    It bounds what any linear filter of its size can do over the pixels that it was fitted to. What
    exceeds it is not linear, or not the same all over the disk.
    """

    name = "wiener"
