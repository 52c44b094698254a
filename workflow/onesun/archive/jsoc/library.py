"""drms, without the handler that it gives the root logger when it is imported.

With that, all that other libraries log, Snakemake's messages among it, would be said once more.
"""

import logging

_HELD = logging.NullHandler()
logging.root.addHandler(_HELD)  # where there is a handler, logging.basicConfig does nothing

import drms  # noqa: E402

logging.root.removeHandler(_HELD)

__all__ = ["drms"]
