"""What goes wrong: rules that say which fault hits what, and how often."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

# What happens to a reply on its way; ``match`` is searched in the address with its query.
ON_THE_WAY = (
    "truncate",  # the length that was promised, half the bytes, then the end
    "length",  # half the bytes, and their length promised
    "status",  # an HTTP error: ``code``
    "reset",  # the connection is reset half-way
    "stall",  # half the bytes, then nothing for ``seconds``
    "corrupt",  # all bytes, some of them wrong
)
# What the archive holds; ``match`` is searched in the record's T_REC, or in the file's address.
HELD = (
    "missing",  # no such record, no such file
    "no-data",  # a record without data: QUALITY 0x80000000
    "poor",  # a record whose QUALITY is ``code``
    "duplicate",  # a second, older record for the slot
    "offline",  # only on tape: an export has to fetch it
    "no-data-file",  # exported as NoDataFile
)
# How an export goes; ``match`` is searched in its record set, or in the request's identity.
EXPORTING = (
    "pending-limit",  # status 7, and no request is made
    "hash",  # status 4, "Cant save new export-request hash"
    "too-large",  # status 3 where more than ``code`` records are asked for
    "queued",  # status 2, for ever unless ``times`` is given
    "failed",  # the request ends with status 4
    "expired",  # the request ends with status 5
)
KINDS = (*ON_THE_WAY, *HELD, *EXPORTING)


@dataclass
class Rule:
    """One fault.

    Attributes
    ----------
    kind : one of KINDS.
    match : regular expression.
    times : how often it strikes; None is for ever.
    skip : how many matching requests are let through before it does.
    code : of an HTTP error, a QUALITY, or a limit.
    seconds : of a stall.
    """

    kind: str
    match: str = ""
    times: int | None = 1
    skip: int = 0
    code: int = 500
    seconds: float = 3600.0
    struck: int = 0


class Faults:
    """The rules in force; safe to ask from several threads."""

    def __init__(self, rules: Iterable[dict[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self.set(rules)

    def set(self, rules: Iterable[dict[str, Any]]) -> None:
        """Replace all rules.

        Raises ValueError for a kind or a key that there is not.
        """
        known = {field.name for field in fields(Rule)}
        made = []
        for rule in rules:
            if rule.get("kind") not in KINDS or set(rule) - known:
                raise ValueError(f"fault {rule}: expected a kind of {', '.join(KINDS)}")
            made.append(Rule(**rule))
        with self._lock:
            self._rules = made

    def told(self) -> list[dict[str, Any]]:
        """The rules with how often each has struck."""
        with self._lock:
            return [vars(rule).copy() for rule in self._rules]

    def strike(self, kinds: Iterable[str], *texts: str) -> Rule | None:
        """The first rule of ``kinds`` that hits one of the texts; counted as a strike."""
        with self._lock:
            for rule in self._rules:
                if rule.kind not in kinds or not _hits(rule, texts):
                    continue
                if rule.skip:
                    rule.skip -= 1
                elif rule.times is None or rule.struck < rule.times:
                    rule.struck += 1
                    return rule
        return None

    def holds(self, kind: str, *texts: str) -> Rule | None:
        """The rule on what is held that hits one of the texts: it does so at every request."""
        with self._lock:
            for rule in self._rules:
                if rule.kind == kind and _hits(rule, texts):
                    rule.struck += 1
                    return rule
        return None


def _hits(rule: Rule, texts: Iterable[str]) -> bool:
    return any(re.search(rule.match, text) for text in texts)
