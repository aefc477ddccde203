"""How the evaluation of an expression or a statement fails, in the user's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from msgspec import Struct

from checker.language.source import Span
from checker.language.types import Type, Value, show
from checker.model.expr import Apply, FailureKind
from checker.model.model import Variable


@final
class Failure(Struct, frozen=True):
    """What went wrong: its kind, a sentence with the values of the moment, and the place in the protocol."""

    kind: FailureKind
    text: str
    at: Span | None = None


class EvaluationError(Exception):
    """An expression has no value in this state, or a statement failed; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.text)


@final
class Outside(EvaluationError):
    """A value is outside the type that `node`, a `narrow`, asks for; `shown`: the value."""

    def __init__(self, node: Apply, shown: str, text: str) -> None:
        self.node, self.shown = node, shown
        super().__init__(Failure("range", text, node.at))


def fail(kind: FailureKind, text: str, at: Span | None) -> EvaluationError:
    """The error to raise."""
    return EvaluationError(Failure(kind, text, at))


def shown(type: Type, value: Value) -> str:
    """`value` as a user would write it, even where it is no value of `type`: messages about bad values need one."""
    try:
        return show(type, value)
    except (TypeError, IndexError, ValueError):
        return str(value)


def cell_name(variable: Variable, key: Sequence[Value]) -> str:
    """`status[Task0]` for a store, `Worker1.seen` for what an agent has."""
    names = [shown(t, k) for t, k in zip(variable.index, key, strict=True)]
    owner, dot, rest = variable.name.partition(".")
    if dot and names and getattr(variable.index[0], "name", None) == owner:
        return ".".join([names[0], rest]) + "".join(f"[{n}]" for n in names[1:])
    return variable.name + (f"[{', '.join(names)}]" if names else "")
