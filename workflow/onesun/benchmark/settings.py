"""The section ``benchmark``."""

from __future__ import annotations

from onesun.settings import MethodNames, Section, key

WORDS = "submission.yaml"  # what a submission says of itself, in its folder


class Benchmark(Section):
    """Submissions to a benchmark and the run's own methods, judged alike (docs/benchmark.md), as
    `results/benchmark.csv`, `.md` and `.html`. It is made when asked for.
    """

    READ_BY = ("the rules",)

    name: str = key("sample", title="a benchmark's name, or its file (YAML)")
    """Which one: a file of `resources/benchmarks` by its name, or one of your own. Its pair and
    its months have to be tested here.
    """
    methods: MethodNames = key([])
    """The run's own methods that take part."""
    reference: str = key("matched", title="the name of a submission")
    """What differences are taken from."""
    submissions: str = key("submissions", title="a folder")
    """Each folder in it that holds a `submission.yaml` takes part."""
