"""The models of the configuration's sections: what they make of values, and the schema of them."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Annotated, Literal, get_args

import pytest
from pydantic import Field, ValidationError

from onesun import config
from onesun.config import generate
from onesun.config.sections import Configuration
from onesun.losses import TERMS
from onesun.losses.names import NAMES
from onesun.losses.settings import Loss
from onesun.networks import KINDS, SETTINGS
from onesun.networks.settings import NetworkSettings
from onesun.settings import ABSENT, Section, chosen_by, key

FOLDER = Path(__file__).parents[2] / "config"


@pytest.mark.parametrize("over", [[], ["paper"], ["paper", "paper-onesun"], ["release"]])
def test_models_hold_a_configuration_as_it_is_written(over):
    paths = [FOLDER / f"{name}.yaml" for name in ("config", *over)]
    content = config.load(*paths)
    held = Configuration.model_validate(content).model_dump(exclude_unset=True)
    # As text: 1 and 1.0 are different params of a rule.
    assert config.canonical(held) == config.canonical(content)


class Small(Section):
    """A section with
    one of each.
    """

    READ_BY = ("onesun small",)

    size: float = key(..., unit="G", gt=0)
    """How large."""
    sizes: list[float] = key([1, 2.5], min_length=1)
    names: dict[str, float] = key(ABSENT)
    choice: Literal["a", "b"] | None = key(None, title="a, b or null")


class Other(Section):
    kind: Literal["other"] = key(...)


class More(Section):
    kind: Literal["more"] = key(...)
    size: int = key(3)


def test_whole_numbers_stay_what_they_are():
    section = Small.model_validate({"size": 3, "sizes": [1, 2.0], "names": {"a": 1}})
    assert json.dumps(section.model_dump()) == (
        '{"size": 3, "sizes": [1, 2.0], "names": {"a": 1}, "choice": null}'
    )


def test_sections_refuse_unknown_keys_and_changes():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Small.model_validate({"size": 3, "seize": 4})
    with pytest.raises(ValidationError, match="frozen"):
        Small(size=3).size = 4


def test_the_schema_of_a_section_has_the_words_of_its_keys():
    assert generate.part_of(Small) == {
        "description": "A section with one of each.",
        "read_by": ["onesun small"],
        "type": "object",
        "additionalProperties": False,
        "required": ["size"],
        "properties": {
            "size": {
                "type": "number", "exclusiveMinimum": 0, "unit": "G", "description": "How large.",
            },
            "sizes": {
                "type": "array", "items": {"type": "number"}, "minItems": 1, "default": [1, 2.5],
            },
            "names": {"type": "object", "additionalProperties": {"type": "number"}},
            "choice": {"enum": ["a", "b", None], "default": None, "title": "a, b or null"},
        },
    }  # fmt: skip


def _either(listed: list[str]):
    return Annotated[
        More | Other, Field(discriminator="kind"), chosen_by("kind", listed, "Which one.")
    ]


def test_a_key_chooses_between_sections():
    part = generate.part_of(_either(["other", "more"]))
    assert part["properties"] == {"kind": {"enum": ["other", "more"], "description": "Which one."}}
    assert part["if"] == {"properties": {"kind": {"const": "more"}}}
    assert part["then"]["properties"] == {"kind": True, "size": {"type": "integer", "default": 3}}
    assert part["else"]["properties"] == {"kind": True}


def test_a_kind_without_a_model_is_refused():
    with pytest.raises(ValueError, match=r"have models, .*'third'.* are listed"):
        generate.part_of(_either(["other", "more", "third"]))


def test_the_terms_of_a_loss_are_those_that_there_are():
    assert list(Loss.model_fields) == list(NAMES) == list(TERMS)
    properties = generate.part_of(Loss)["properties"]
    searched = [name for name, part in properties.items() if "string" in part["type"]]
    assert searched == [name for name, names in NAMES.items() if names.searched]


def test_a_network_takes_what_its_model_has():
    models = get_args(get_args(NetworkSettings)[0])
    assert {
        get_args(model.model_fields["kind"].annotation)[0]: model for model in models
    } == SETTINGS
    assert SETTINGS.keys() == KINDS.keys()
    for kind, model in SETTINGS.items():
        taken = set(inspect.signature(KINDS[kind]).parameters) - {"factor", "calibration"}
        assert model.model_fields.keys() - {"kind"} == taken, kind
