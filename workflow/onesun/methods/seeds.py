"""Networks of the ablation that are trained by more than one seed: each a method of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def trainings(name: str, method: Mapping[str, Any], seeds: int) -> dict[str, dict[str, Any]]:
    """A method, and as many more by further seeds as ``ablation.seeds`` asks for; by their names.

    Only networks are trained by a seed: of any other method there is one.
    """
    more = range(2, seeds + 1) if method["kind"] == "network" else ()
    of_seeds = {f"{name}-seed-{k}": {**method, "seed": method["seed"] + k - 1} for k in more}
    return {name: dict(method)} | of_seeds


def with_seeds(config: dict[str, Any]) -> dict[str, Any]:
    """A complete configuration with these methods among its ``methods``."""
    methods, ablation = config["methods"], config["ablation"]
    made: dict[str, dict[str, Any]] = {}
    for name in ablation["methods"]:
        made |= trainings(name, methods[name], ablation["seeds"])
    return config | {"methods": methods | made}


def seeded(config: dict[str, Any]) -> list[str]:
    """The names of the ablation's methods, those of further seeds included, in its order."""
    methods, ablation = config["methods"], config["ablation"]
    return [
        each
        for name in ablation["methods"]
        for each in trainings(name, methods[name], ablation["seeds"])
    ]
