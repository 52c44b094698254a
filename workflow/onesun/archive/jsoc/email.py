"""The address that JSOC asks for with an export: there is one, and JSOC knows it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from onesun.archive.jsoc.connection import Connection
from onesun.errors import ConfigError

VARIABLE = "JSOC_EMAIL"
REGISTRATION = "http://jsoc.stanford.edu/ajax/register_email.html"


def address(settings: Mapping[str, Any]) -> str:
    """The user's address: of the environment, else of the configuration; nothing is asked.

    Raises ConfigError when there is none.
    """
    found = os.environ.get(VARIABLE, "").strip() or settings["jsoc"]["email"]
    if not found:
        raise ConfigError(
            f"archive.jsoc.email: found nothing, and no {VARIABLE} in the environment, expected "
            f"the address that you registered with JSOC ({REGISTRATION})"
        )
    return found


def check_registered(connection: Connection, address: str) -> None:
    """Ask JSOC whether it takes exports for ``address``.

    Raises ConfigError when it does not.
    """
    if not connection.ask("your e-mail address", lambda client: client.check_email(address)):
        raise ConfigError(
            f"archive.jsoc.email: found {address} (or in {VARIABLE}), which JSOC does not know, "
            f"expected an address registered there ({REGISTRATION})"
        )
