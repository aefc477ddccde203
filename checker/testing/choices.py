"""Where a run could have gone otherwise: the kinds of choice, the modes that allow them, deviations and replay tokens.

The loop asks one question at each *choice point*. Every question has a plain answer, the one of asyncio itself with quick and even
boundaries; any other answer is a *deviation*. A run is fixed by its mode, its seed (of `random`, `uuid4` and the like) and its
deviations: that is what a token holds. Choice points are numbered from 0 within their kind.

| letter | kind | asked when | plain | other answers |
|---|---|---|---|---|
| `l` | latency | a request or a reply is under way at a boundary, or a job waits for its thread | as declared | microseconds |
| `o` | order | several lanes are ready | 0, the oldest | the index of another lane, oldest first |
| `t` | timer | work is ready and a timer is due within the slack | 0 | 1: the clock moves on and the timer goes first |
| `w` | wake-up | nothing is ready, and a timer is due within `late_s` of the next | 0 | so many timers later: all due by then are ready |
| `f` | fault | a boundary is called while the budget allows a fault | none | a name of `FAULTS` |
| `c` | cancel | a task has suspended, or is about to run, in a sweep of cancellations | 0 | 1: it is cancelled there |
| `p` | pick | the test calls `pick` | 0 | an index |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Mode = Literal["latency", "reorder", "overtake", "both"]
Kind = Literal["l", "o", "t", "w", "f", "c", "p"]
Value = int | str

MODES: tuple[Mode, ...] = ("latency", "reorder", "overtake", "both")  # weaker ones first
KIND_WORDS: dict[Kind, str] = {
    "l": "latency",
    "o": "order",
    "t": "timer",
    "w": "wake-up",
    "f": "fault",
    "c": "cancellation",
    "p": "pick",
}
FAULTS = ("delay", "error_before", "error_after", "duplicate", "drop", "crash", "crash_after", "collect")

CALLBACKS = 0  # the number of the lane of plain callbacks, which asyncio promises to run in the order of their registration

MODE_MEANING: dict[Mode, str] = {
    "latency": "only the latency at boundaries and of the loop varies; ready work runs first-in first-out, so this can happen in plain asyncio",
    "reorder": "ready tasks run in any order; plain asyncio runs them first-in first-out, other loops and versions need not",
    "overtake": "a timer may fire before work that is ready, as if that work took a little longer",
    "both": "ready tasks run in any order, and a timer may fire before work that is ready",
}


class Deviation(Struct, frozen=True, order=True):
    """One answer that was not the plain one: the `number`th question of its `kind`, from 0."""

    kind: Kind
    number: int
    value: Value

    def __str__(self) -> str:
        return f"{self.kind}{self.number}" if self.value == 1 else f"{self.kind}{self.number}={self.value}"


class TokenError(ValueError):
    """A replay token that cannot be read; the text says which part."""


class Token(Struct, frozen=True, kw_only=True):
    """All that a run needs to be the same again, given the same test and the same settings."""

    mode: Mode = "latency"
    seed: int = 0
    deviations: tuple[Deviation, ...] = ()

    def __str__(self) -> str:
        """As users see it: `tc1.latency.0.l3=12000,f2=crash`."""
        return f"tc1.{self.mode}.{self.seed}.{','.join(map(str, self.deviations)) or 'plain'}"

    @staticmethod
    def parse(text: str) -> Token:
        """The token that `str` wrote. Raises TokenError."""
        parts = text.strip().split(".", 3)
        if len(parts) != 4 or parts[0] != "tc1":
            raise TokenError(f"`{text}` is no replay token: it has the form tc1.MODE.SEED.DEVIATIONS")
        _, mode, seed, rest = parts
        if mode not in MODES:
            raise TokenError(f"`{mode}` in the replay token is no mode: {', '.join(MODES)}")
        if not re.fullmatch(r"\d+", seed):
            raise TokenError(f"`{seed}` in the replay token is no seed: a whole number")
        deviations = () if rest == "plain" else tuple(_deviation(part) for part in rest.split(","))
        return Token(mode=mode, seed=int(seed), deviations=deviations)


def _deviation(text: str) -> Deviation:
    found = re.fullmatch(r"([lotwfcp])(\d+)(?:=(\w+))?", text)
    if not found:
        raise TokenError(f"`{text}` in the replay token is no deviation: a letter of `lotwfcp`, a number, and `=VALUE`")
    kind, number, value = found.groups()
    if kind == "f":
        if value not in FAULTS:
            raise TokenError(f"`{text}` in the replay token names no fault: {', '.join(FAULTS)}")
        return Deviation("f", int(number), value)
    if value is not None and not value.isdecimal():
        raise TokenError(f"`{text}` in the replay token needs a whole number after `=`")
    return Deviation(kind, int(number), 1 if value is None else int(value))  # type: ignore[arg-type]


def weakest_mode(deviations: Iterable[Deviation]) -> Mode:
    """The weakest mode that allows these deviations."""
    kinds = {deviation.kind for deviation in deviations}
    if {"o", "t"} <= kinds:
        return "both"
    return "reorder" if "o" in kinds else "overtake" if "t" in kinds else "latency"


def weaker_modes(mode: Mode) -> tuple[Mode, ...]:
    """The modes strictly weaker than `mode`."""
    return {"latency": (), "reorder": ("latency",), "overtake": ("latency",), "both": ("latency", "reorder", "overtake")}[mode]  # type: ignore[return-value]
