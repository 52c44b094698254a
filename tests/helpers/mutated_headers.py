"""Headers mutated at random: each gives a conversion with values, or one sentence.

``PYTHONPATH=tests python -m helpers.mutated_headers --count 2000`` runs them all (some minutes), on
a grid with 256 times fewer pixels; the tests run a few. What is mutated: values (other numbers,
signs, NaN and infinity, texts, nothing), cards left out, doubled, swapped or overwritten with any
bytes. One in four is converted with ``--force``, one in five in the input's geometry. Each number
has random changes of its own, so that ``--first N --count 1`` makes one of them again.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from astropy.io import fits

from helpers.convertible import gong, mdi, write_weights
from onesun.conversion.convert import Options
from onesun.conversion.files import convert_file
from onesun.conversion.flags import Flag
from onesun.conversion.output import Converted, read_output
from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.progress import track

CARD = 80
BLOCK = 2880
# The disk of the common grid in sixteen times fewer pixels along each axis.
GRID = Grid(target_size=256, target_scale=16 * 0.504273)
FORCED, OF_INPUT = 4, 5  # one in so many
MOST_MEMORY = 300.0  # MB; the first frames, which load what is needed, are not counted


@dataclass
class Tally:
    """What became of the mutated files; ``wrong`` tells of each that is neither outcome."""

    counts: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def cards_of(data: np.ndarray, header: fits.Header) -> tuple[list[bytes], bytes]:
    """The cards of a plain file, END left out, and its data as bytes."""
    hdu = fits.PrimaryHDU(data.astype(np.float32), header)
    text = hdu.header.tostring(padding=False, endcard=False).encode("ascii")
    cards = [text[start : start + CARD] for start in range(0, len(text), CARD)]
    return cards, hdu.data.astype(">f4").tobytes()


def mutated(cards: list[bytes], rng: random.Random) -> list[bytes]:
    """The cards with one to four of them changed."""
    cards = list(cards)
    for _ in range(rng.randint(1, 4)):
        index = rng.randrange(len(cards))
        change = rng.choice([_value, _value, _value, _drop, _double, _swap, _bytes])
        change(cards, index, rng)
    return cards


def _value(cards: list[bytes], index: int, rng: random.Random) -> None:
    name = cards[index][:8]
    try:
        old = float(cards[index][10:30])
    except ValueError:
        old = rng.uniform(-1e4, 1e4)
    new = rng.choice(
        [
            repr(old * rng.choice([-1, 0, 0.5, 0.999, 1.001, 1.1, 2, 10, 1e6, 1e30, 1e300])),
            repr(old + rng.uniform(-20, 20)),
            str(rng.randint(-(2**40), 2**40)),
            *("NaN", "Infinity", "1E400", "T", "", "''", "'what?   '", "'1999-13-45'", "-0.0"),
            f"'{rng.choice(['SOHO', 'NSO-GONG', 'MDI', 'Gauss', 'CRLN-CEA', '0x80000000'])}'",
        ]
    )
    cards[index] = (name + b"= " + new.encode("ascii").rjust(20))[:CARD].ljust(CARD)


def _drop(cards: list[bytes], index: int, rng: random.Random) -> None:
    if len(cards) > 1:
        del cards[index]


def _double(cards: list[bytes], index: int, rng: random.Random) -> None:
    cards.insert(rng.randrange(len(cards)), cards[index])


def _swap(cards: list[bytes], index: int, rng: random.Random) -> None:
    other = rng.randrange(len(cards))
    cards[index] = cards[index][:8] + cards[other][8:]


def _bytes(cards: list[bytes], index: int, rng: random.Random) -> None:
    card = bytearray(cards[index])
    for _ in range(rng.randint(1, 12)):
        card[rng.randrange(CARD)] = rng.randrange(256)
    cards[index] = bytes(card)


def run(count: int, folder: Path, seed: int = 1, first: int = 0) -> Tally:
    """Convert ``count`` mutated files, from number ``first`` on, and look at what came out."""
    tally = Tally()
    kinds = [(cards_of(*mdi()), "mdi-hmi"), (cards_of(*gong()), "gong-hmi")]
    weights = {pair: write_weights(folder, pair, grid=GRID) for _, pair in kinds}
    for number in track(range(first, first + count), "mutated headers"):
        (cards, data), pair = kinds[number % 2]
        changed = mutated(cards, random.Random(f"{seed}, {number}"))
        text = b"".join(changed) + b"END".ljust(CARD)
        path = folder / "mutated.fits"
        path.write_bytes(text.ljust(-(-len(text) // BLOCK) * BLOCK) + data + _rest(data))
        options = Options(
            weights[pair],
            geometry="standard" if number % OF_INPUT else "input",
            force=number % FORCED == 0,
        )
        name = f"{pair} number {number}"
        before = _peak_memory()
        _judge(path, folder / "out", options, name, tally)
        if number > first + 1 and _peak_memory() - before > MOST_MEMORY:
            tally.wrong.append(
                f"{name}: took {_peak_memory() - before:.0f} MB more than any before"
            )
    return tally


def _peak_memory() -> float:
    """Of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _rest(data: bytes) -> bytes:
    return bytes(-len(data) % BLOCK)


def _judge(path: Path, out: Path, options: Options, name: str, tally: Tally) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            outcome = convert_file(path, out, options, again=True)
    except OneSunError as error:
        tally.wrong.append(f"{name}: ends a run of many files: {error}")
        return
    except Exception:
        tally.wrong.append(f"{name}: {traceback.format_exc()}")
        return
    if outcome.result == "done":
        tally.counts["converted in spite of doubts" if outcome.reason else "converted"] += 1
        missing = _missing(read_output(Path(outcome.output)), doubted=bool(outcome.reason))
        if missing:
            tally.wrong.append(f"{name}: {missing}")
        return
    tally.counts["refused"] += 1
    tally.reasons[_kind(outcome.reason)] += 1
    if not outcome.reason or "\n" in outcome.reason or len(outcome.reason) > 400:
        tally.wrong.append(f"{name}: no sentence: {outcome.reason!r}")


def _missing(made: Converted, *, doubted: bool) -> str:
    """What is not there and should be; empty for a good output."""
    without = ~(np.isfinite(made.field) & np.isfinite(made.deviation))
    silent = without & ((made.mask & (Flag.OFF_DISK | Flag.MISSING)) == 0)
    if silent.any():
        return f"{np.count_nonzero(silent)} pixels without a value are not in the mask"
    share = float(np.mean(~without[made.view.radius() < 0.9]))
    return f"only {share:.0%} of the disk has a value" if share < 0.98 and not doubted else ""


def _kind(reason: str) -> str:
    """The sentence without what is particular to this file: numbers and quoted values."""
    return re.sub(r"'[^']*'|[-+]?\d[\d.e+:_-]*", "…", reason)[:70]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # threads cost more than they give on so small a grid
    with tempfile.TemporaryDirectory() as folder:
        tally = run(arguments.count, Path(folder), arguments.seed, arguments.first)
    told = [f"{number} {what}" for what, number in tally.counts.items()]
    print(", ".join([*told, f"at most {_peak_memory():.0f} MB"]))
    for reason, number in tally.reasons.most_common(25):
        print(f"  {number:5d}  {reason}")
    for wrong in tally.wrong:
        print(wrong)
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
