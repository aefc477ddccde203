"""Which step of a protocol a word in a log may stand for, and why one would think so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import final

from msgspec import Struct

from checker.conformance.logs.vocabulary import Vocabulary
from checker.language.types import Bool, Enum
from checker.model.expr import Const
from checker.model.model import Assign, Body, Either, For, If, While

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_ENDINGS = ("ing", "ed", "es", "s", "e")
_ALIKE = tuple(  # words that say the same of a step
    frozenset(words.split())
    for words in (
        "start begin open launch",
        "done complete finish close resolve end succeed success",
        "claim take acquire grab assign lock reserve own",
        "release drop unlock free unassign",
        "send sent post publish emit dispatch",
        "receive got consume deliver",
        "fail error abort",
        "approve accept agree confirm grant",
        "reject deny decline refuse",
        "check verify test validate",
        "plan think reason",
        "crash die died dead",
    )
)

WEAK = 6  # the rank of a guess that is only made where there is no other


def stem(word: str) -> str:
    """`claim` for `claim`, `claims`, `claimed`, `claiming`."""
    word = word.lower()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls" else word


_CLASS_OF = {stem(word): words for words in _ALIKE for word in words}


@final
class Guess(Struct, frozen=True, kw_only=True):
    """`step`, and `why`. `by_name`: the log calls the step by its name, which may also be that of the call that it waits for; otherwise by
    what it does. `rank`: the lower, the likelier."""

    step: int
    why: str
    by_name: bool
    rank: int


@final
class Guesser:
    """Knows the words of each step of one model: its name, and what it writes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        model = vocabulary.model
        self.vocabulary = vocabulary
        self.names = {number: name.rsplit(".", 1)[-1].rsplit(" ", 1)[-1] for name, number in vocabulary.step_of.items()}
        self.writes = {number: dict(_written(step.body)) for number, step in enumerate(model.steps) if step.fault is None}
        self.sorts = {stem(sort.name) for sort in model.sorts}

    def of(self, text: str) -> Guess | None:
        """The likeliest step, of those that are as likely the first."""
        whole = [number for name, number in self.vocabulary.step_of.items() if name.lower() == text.lower()]
        if whole:
            return Guess(step=whole[0], why="it is the name of the step", by_name=True, rank=0)
        found = [guess for word in _WORD.findall(text) if len(word) > 1 for guess in self._by_word(word)]
        return min(found, key=lambda guess: guess.rank, default=None)

    def _by_word(self, word: str) -> Iterator[Guess]:
        short = stem(word)
        alike = {stem(one) for one in _CLASS_OF.get(short, ())} - {short}
        for step, name in self.names.items():
            if word.lower() == name.lower():
                yield Guess(step=step, why=f"`{word}` is the name of the step", by_name=True, rank=1)
            elif short == stem(name) and short not in self.sorts:
                yield Guess(step=step, why=f"`{word}` is like its name, `{name}`", by_name=True, rank=2)
            elif stem(name) in alike:
                yield Guess(step=step, why=f"`{word}` says much the same as its name, `{name}`", by_name=True, rank=4)
        for step, written in self.writes.items():
            for value, told in written.items():
                if short == stem(value) and short not in self.sorts:
                    yield Guess(step=step, why=f"`{word}`, and the step sets {told}", by_name=False, rank=3)
                elif stem(value) in alike:
                    yield Guess(step=step, why=f"`{word}` is much like what the step does: it sets {told}", by_name=False, rank=5)
        if short == "start" or "start" in alike:
            first = next((n for n, step in enumerate(self.vocabulary.model.steps) if step.kind == "start"), None)
            if first is not None:
                yield Guess(step=first, why=f"`{word}`, and the step starts an activity", by_name=True, rank=WEAK)


def _written(body: Body) -> Iterable[tuple[str, str]]:
    """The members of enums that are written as they stand there, and what becomes true, each with how one says so."""
    for statement in body:
        match statement:
            case Assign(variable=variable, value=Const(value, Enum() as type)):
                yield type.members[value], f"`{variable.name.rsplit('.', 1)[-1]}` to `{type.members[value]}`"
            case Assign(variable=variable, value=Const(True, Bool())):
                yield variable.name.rsplit(".", 1)[-1], f"`{variable.name.rsplit('.', 1)[-1]}`"
            case If():
                yield from _written(statement.then)
                yield from _written(statement.orelse)
            case For() | While():
                yield from _written(statement.body)
            case Either():
                for branch in statement.branches:
                    yield from _written(branch)
            case _:
                pass
