"""Headers mutated at random: each gives a conversion with values, or one sentence.

``python tests/mutated_headers.py --count 2000`` runs them all (some minutes), on a grid with 64
times fewer pixels; the tests run a few. What is mutated: values (other numbers, signs, NaN and
infinity, texts, nothing), cards left out, doubled, swapped or overwritten with any bytes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from astropy.io import fits

from convertible import COARSE, gong, mdi, write_weights
from onesun.convert import view
from onesun.convert.convert import Options
from onesun.convert.files import convert_file
from onesun.convert.output import read_output
from onesun.errors import OneSunError

CARD = 80
BLOCK = 2880


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


def run(count: int, folder: Path, seed: int = 1) -> Tally:
    """Convert ``count`` mutated files and look at what came out."""
    view.GRID = COARSE
    rng, tally = random.Random(seed), Tally()
    kinds = [(cards_of(*mdi()), "mdi-hmi"), (cards_of(*gong()), "gong-hmi")]
    weights = {pair: write_weights(folder, pair) for _, pair in kinds}
    for number in range(count):
        (cards, data), pair = kinds[number % 2]
        text = b"".join(mutated(cards, rng)) + b"END".ljust(CARD)
        path = folder / "mutated.fits"
        path.write_bytes(text.ljust(-(-len(text) // BLOCK) * BLOCK) + data + _rest(data))
        _judge(path, folder / "out", Options(weights[pair]), f"{pair} number {number}", tally)
    return tally


def _rest(data: bytes) -> bytes:
    return bytes(-len(data) % BLOCK)


def _judge(path: Path, out: Path, options: Options, name: str, tally: Tally) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            outcome = convert_file(path, out, options, again=True)
    except OneSunError as error:
        outcome = None
        reason = str(error)
    except Exception:
        tally.wrong.append(f"{name}: {traceback.format_exc()}")
        return
    if outcome is not None and outcome.result == "done":
        tally.counts["converted"] += 1
        made = read_output(Path(outcome.output))
        inside = made.view.radius() < 0.9
        share = np.mean(np.isfinite(made.field[inside]) & np.isfinite(made.error[inside]))
        if share < 0.98:
            tally.wrong.append(f"{name}: only {share:.0%} of the disk has a value")
        return
    reason = outcome.reason if outcome is not None else reason
    tally.counts["refused"] += 1
    tally.reasons[reason[:60]] += 1
    if not reason or "\n" in reason or len(reason) > 400:
        tally.wrong.append(f"{name}: no sentence: {reason!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(arguments.count, Path(folder), arguments.seed)
    print(", ".join(f"{number} {what}" for what, number in tally.counts.items()))
    for reason, number in tally.reasons.most_common(15):
        print(f"  {number:5d}  {reason}")
    for wrong in tally.wrong:
        print(wrong)
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
