"""The networks, by the ``kind`` that the configuration names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onesun.errors import ConfigError
from onesun.networks.base import Calibration, Network, dropout_seeded
from onesun.networks.highresnet import HighResNet
from onesun.networks.onesun import OneSunNetwork
from onesun.networks.settings import HighResNetSettings, OneSunSettings
from onesun.settings import Section

KINDS: dict[str, type[Network]] = {"highresnet": HighResNet, "onesun": OneSunNetwork}
# What each of them takes, and what it gets where nothing is said.
SETTINGS: dict[str, type[Section]] = {"highresnet": HighResNetSettings, "onesun": OneSunSettings}


def build(settings: Mapping[str, Any], factor: int, calibration: Calibration) -> Network:
    """Build an untrained network; its first weights come from torch's global generator.

    Parameters
    ----------
    settings : one entry of the configuration's section ``networks``: ``kind`` and what it takes.
    factor : target pixels per input pixel, along one axis.
    calibration : the input's calibration against the target.

    Raises ConfigError when the kind is unknown or a value cannot be used.
    """
    options = dict(settings)
    kind = options.pop("kind", None)
    if kind not in KINDS:
        raise ConfigError(f"networks: kind {kind!r} found, expected one of {', '.join(KINDS)}")
    defaults = SETTINGS[kind].model_validate({"kind": kind}).model_dump(exclude={"kind"})
    return KINDS[kind](factor=factor, calibration=calibration, **defaults | options)


__all__ = [
    "KINDS",
    "Calibration",
    "HighResNet",
    "Network",
    "OneSunNetwork",
    "build",
    "dropout_seeded",
]
