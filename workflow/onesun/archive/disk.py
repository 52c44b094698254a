"""How much disk a run takes at most: raw files, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onesun.archive import wanted
from onesun.archive.holdings import Holding
from onesun.products.months import months, tabled_months

# MB of a pair of frames, on a target grid of 4096 x 4096: the largest of the sample's months, whose
# targets are real (docs/scale.md). A prediction is of one method.
MB_OF_A_FRAME = {"aligned frames": 14.0, "patch stores": 14.3, "predictions": 12.7}
_MEASURED_ON = 4096


def raw_peak(config: dict[str, Any], holdings: Sequence[Holding], cores: int) -> dict[bool, float]:
    """Most bytes of raw files at a time, by ``archive.keep``.

    Where they do not stay, the inputs' months wait for the target's, which are downloaded one after
    the other and aligned before anything else: besides one that arrives there are no more than
    ``cores`` of them.
    """
    targets = {pair["target"] for pair in config["pairs"].values()}
    heavy = sorted((each.size for each in holdings if each.instrument in targets), reverse=True)
    others = sum(each.size for each in holdings if each.instrument not in targets)
    return {True: sum(heavy) + others, False: sum(heavy[: cores + 1]) + others}


def products(config: dict[str, Any]) -> dict[str, float]:
    """Bytes of what is made of the frames if none is missing or refused, by its name."""
    scale = (config["grid"]["target_size"] / _MEASURED_ON) ** 2 * 1e6
    columns = config["table1"]["columns"]
    total = dict.fromkeys(MB_OF_A_FRAME, 0.0)
    for name in config["pairs"]:
        methods = {column["method"] for column in columns if column["pair"] == name}
        shares = {
            "aligned frames": _pairs(config, name, months(config, name)),
            "patch stores": _pairs(config, name, months(config, name, "train", "validation")),
            "predictions": _pairs(config, name, tabled_months(config, name)) * len(methods),
        }
        for product, frames in shares.items():
            total[product] += frames * MB_OF_A_FRAME[product] * scale
    return total


def _pairs(config: dict[str, Any], name: str, chosen: Sequence[str]) -> int:
    """Pairs of frames that a pair of instruments can give in ``chosen`` months."""
    pair = config["pairs"][name]
    found = 0
    for month in chosen:
        asked = wanted.requests(config, pair["input"], month, name)
        found += min(len(wanted.times(asked, pair[role])) for role in ("input", "target"))
    return found
