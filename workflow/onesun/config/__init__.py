"""The configuration: read, checked and completed before anything runs.

The models of its sections (``settings.py`` of the folders that read them) say what each key may be;
every problem is reported in one sentence that names the key, what was found and what is expected.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onesun.archive import wanted
from onesun.config import checks, schema
from onesun.config.text import read as read
from onesun.config.text import read_words as read_words
from onesun.errors import ConfigError
from onesun.io.canonical import canonical as canonical
from onesun.methods.own import is_by_pair, own_loss_terms, own_split, own_training
from onesun.methods.seeds import seeded as seeded
from onesun.methods.seeds import with_seeds
from onesun.products import split
from onesun.products.months import months
from onesun.products.months import tabled_months as tabled_months

# Sections of a command's settings that a whole configuration holds under a name of the user's, or
# that follow from it.
_NAMED = ("split", "method", "network", "loss", "request")


def load(path: Path | str, *over: Path | str) -> dict[str, Any]:
    """Read a whole configuration from YAML or JSON files; see `complete`.

    Each file of ``over`` is laid over what is before it, as Snakemake does with its --configfile.
    """
    content = read(Path(path))
    for each in over:
        content = laid_over(content, read(Path(each)))
    return complete(content)


def laid_over(below: Any, above: Any) -> Any:
    """Mappings are merged key by key; of anything else, lists too, ``above`` replaces ``below``."""
    if not isinstance(above, dict):
        return above
    below = below if isinstance(below, dict) else {}
    return below | {key: laid_over(below.get(key), value) for key, value in above.items()}


def complete(config: dict[str, Any]) -> dict[str, Any]:
    """A copy of a whole configuration, checked, in which every absent key has its default.

    Of what has a name of the user's, such as pairs and methods, null removes an entry. Trainings
    by further seeds (``ablation.seeds``) are among its methods.

    Raises ConfigError with one sentence (on a line of its own) for each problem.
    """
    config = schema.without_removed(config, schema.schema())
    _refuse(_problems(config))
    return with_seeds(schema.with_defaults(config, schema.schema()))


def _problems(config: dict[str, Any]) -> list[str]:
    """What is wrong with a whole configuration, all that can be said at once."""
    whole = schema.schema()
    found = schema.problems(config, whole)
    rest = schema.mended(config, whole) if found else config
    if rest is None:
        return found
    contradictions = checks.problems(schema.with_defaults(rest, whole))
    # Where defaults stand for what is wrong, only names that do not exist are sure to be wrong.
    return [*found, *(line for line in contradictions if not found or checks.is_sure(line))]


def settings(
    source: str | Path,
    *keys: str,
    pair: str | None = None,
    method: str | None = None,
    instrument: str | None = None,
    month: str | None = None,
) -> dict[str, Any]:
    """The sections ``keys`` of a command's settings, checked and with defaults filled in.

    Parameters
    ----------
    source : JSON text or the path of a YAML or JSON file, either with the sections themselves or
        with a whole configuration to pick them from.
    keys : a configuration's top-level keys, or "split", "method", "network" and "loss", which a
        whole configuration keeps under the names of ``pair`` and ``method``, or "request", what it
        wants of the archives for an ``instrument`` and a ``month``. "training" and "loss_terms"
        beside "method" are what holds for this method and pair.

    Raises ConfigError with one sentence for each problem.
    """
    content = read(source)
    if "pairs" in content:
        config = complete(content)
        request = wanted.requests(config, instrument, month) if "request" in keys else []
        found = {key: _pick(config, key, pair, method) for key in keys if key != "request"}
        return found | ({"request": request} if "request" in keys else {})
    properties = schema.schema()["properties"]
    named = {key: {"$ref": f"#/$defs/{key}"} for key in _NAMED}
    part = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: named.get(key) or properties[key] for key in keys},
        "required": [key for key in keys if key in named or "default" not in properties[key]],
    }
    others = (properties.keys() | set(_NAMED)) - set(keys)
    found = _valid({key: value for key, value in content.items() if key not in others}, part)
    if {"method", "training"} <= found.keys():
        found["training"] = own_training(found["training"], found["method"], pair)
    if {"method", "loss_terms"} <= found.keys():
        found["loss_terms"] = own_loss_terms(found["loss_terms"], found["method"])
    return found


def method_sections(config: dict[str, Any], pair: str, method: str) -> dict[str, Any]:
    """What a complete configuration says of a method on a pair.

    It is "method", and for a network also "network", "loss", "loss_terms" and "training", each as
    it holds for this method and pair. The method's own names for network and loss are replaced by
    these words, so that the sections are the same whatever the user calls a network or a loss.
    """
    own = config["methods"][method]
    apart = ("split", "training", "loss_terms")
    section = {key: value for key, value in own.items() if key not in apart}
    if section["kind"] != "network":
        return {"method": section}
    loss = config["losses"][section["loss"]]
    return {
        "method": section | {"network": "network", "loss": "loss"},
        "network": config["networks"][section["network"]],
        "loss": loss[pair] if is_by_pair(loss) else loss,
        "loss_terms": own_loss_terms(config["loss_terms"], own),
        "training": own_training(config["training"], own, pair),
    }


def trained_rows(
    config: dict[str, Any], pair: str, method: str, *sets: str
) -> list[split.SplitRow]:
    """What a method is trained and validated on: the pair's months, or months of its own.

    ``sets`` are train or validation; both if none is named.
    """
    section = own_split(config["methods"][method], pair)
    rows = split.own(pair, config["pairs"][pair]["split"], section)
    return [row for row in rows if row.set in (sets or ("train", "validation"))]


def shown_month(config: dict[str, Any], frame: str | None, pair: str) -> str:
    """The test month of a pair from which a figure or the report shows a frame.

    Parameters
    ----------
    frame : the configured stamp, YYYYMMDD_HHMMSS_TAI; None stands for the last month that all
        pairs test, or else the pair's own last.
    """
    if frame is not None:
        return f"{frame[:4]}-{frame[4:6]}"
    return max(_tested_by_all(config) or months(config, pair, "test"))


def series_month(config: dict[str, Any]) -> str:
    """The test month whose region is followed through time.

    Raises ConfigError when none is named and the pairs share none.
    """
    month: str | None = config["series"]["month"]
    if month is not None:
        return month
    shared = _tested_by_all(config)
    if not shared:
        raise ConfigError(
            "series.month: found null, expected a month, as the pairs share no test month"
        )
    return max(shared)


def _tested_by_all(config: dict[str, Any]) -> set[str]:
    return set.intersection(*(set(months(config, pair, "test")) for pair in config["pairs"]))


def _pick(config: dict[str, Any], key: str, pair: str | None, method: str | None) -> Any:
    if key not in _NAMED and (key not in ("training", "loss_terms") or method is None):
        return config[key]
    if pair is None or pair not in config["pairs"]:
        raise ConfigError(schema.unknown_name("--pair", pair, list(config["pairs"]), "pairs"))
    if key == "split":
        return config["pairs"][pair]["split"]
    if method is None or method not in config["methods"]:
        names = list(config["methods"])
        raise ConfigError(schema.unknown_name("--method", method, names, "methods"))
    sections = method_sections(config, pair, method)
    if key not in sections:
        kind = sections["method"]["kind"]
        _refuse([f'methods.{method}.kind: found "{kind}", expected network, which has a {key}'])
    return sections[key]


def _valid(content: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    _refuse(schema.problems(content, part))
    filled: dict[str, Any] = schema.with_defaults(content, part)
    return filled


def _refuse(sentences: list[str]) -> None:
    if sentences:
        raise ConfigError("\n".join(sentences))
