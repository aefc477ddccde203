"""A lemma about spending as an account: what is spent, what is still owed while what is so, and what was owed at the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, final

from checker.language import tree
from checker.language.checked import Checked
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.model import Model
from checker.sentences import build
from checker.sentences.english import english, for_each, thing
from checker.sentences.names import fresh_name
from checker.sentences.raised import Names, Raised

TO_COME: Final = "every run ends: each step lowers what is still to come, which is never below 0"
PLAINLY: Final = "what is spent, and what is still owed, is together never more than what was owed at the start"
Row = tuple[str, str]  # an amount, and when it is owed: "" for at all times


def account(lemma: Expr, checked: Checked, model: Model) -> str:
    """Of `spent + owed <= begins`: a sentence, and a line for each amount that may be owed. The sentence alone where amounts are no whole numbers.
    Of a rank, `0 <= to come`, likewise.
    """
    teller = _Teller(checked, model)
    match lemma:
        case Apply("le", (Const(0), rank)):
            return "\n".join([f"{TO_COME}:", *(line for part in _added(rank) for line in teller.owed(part, "still to come"))])
        case Apply("le", (left, right)):
            spent, *owed = _added(left)
        case _:
            return PLAINLY
    if not isinstance(spent, Read):
        return PLAINLY
    lines = [f"{PLAINLY}: {' and '.join(teller.amount(part) for part in _added(right))}"]
    for part in owed:
        lines += teller.owed(part)
    return "\n".join(lines)


@final
class _Teller:
    def __init__(self, checked: Checked, model: Model) -> None:
        self.raised = Raised(checked, model)

    def amount(self, part: Expr) -> str:
        match part:
            case Const(value):
                return f"{value:,}"
            case Quantifier("sum", locals, _, Const(value)):
                return f"{value:,} for each {for_each(self._named(locals), letters=False)}"
        return thing(self.raised.expr(part, {}))

    def owed(self, part: Expr, word: str = "still owed") -> Iterator[str]:
        """The lines of one summand."""
        match part:
            case Quantifier("sum", locals, domains, body) if not isinstance(body, Read) and domains == tuple(
                x.type for x in locals
            ):
                named = self._named(locals)
                names = {local.number: name for local, (name, _) in zip(locals, named, strict=True)}
                for summand in _added(body):
                    yield from self._owed(f"{word} for each {for_each(named)}", summand, names)
            case _:
                yield from self._owed(word, part, {})

    def _owed(self, what: str, part: Expr, names: Names) -> Iterator[str]:
        rows = list(self._cases(part, names, ()))
        while rows and rows[-1][0] == "0":
            rows.pop()
        if not any(when for _, when in rows):
            yield f"{what}: {' '.join(amount for amount, _ in rows)}"
            return
        yield f"{what}{', by the first line that fits' if len(rows) > 1 else ''}:"
        width = max(len(amount) for amount, _ in rows)
        yield from (f"  {amount:>{width}}  {when or 'else'}" for amount, when in rows)

    def _cases(self, part: Expr, names: Names, when: tuple[tree.Expr, ...]) -> Iterator[Row]:
        """In order: of those that fit the first is meant."""
        match part:
            case Apply("if", (condition, then, orelse)):
                yield from self._cases(then, names, (*when, self.raised.expr(condition, names)))
                yield from self._cases(orelse, names, when)
            case Const(value):
                yield f"{value:,}", _when(when)
            case Apply("mul", (Const(value), times)):
                yield f"{value:,} times {thing(self.raised.expr(times, names))}", _when(when)
            case _:
                yield thing(self.raised.expr(part, names)), _when(when)

    def _named(self, locals: tuple[Local, ...]) -> list[tuple[str, str]]:
        """(name, type) of what is gone over."""
        names: list[str] = []
        for local in locals:
            names.append(fresh_name(local.name, local.type, self.raised.taken | frozenset(names)))
        return [(name, str(local.type)) for name, local in zip(names, locals, strict=True)]


def _when(conditions: tuple[tree.Expr, ...]) -> str:
    return f"when {english(build.chain('and', conditions))}" if conditions else ""


def _added(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Apply("add", (left, right)):
            yield from _added(left)
            yield from _added(right)
        case Apply("narrow", (inner,)):
            yield from _added(inner)
        case _:
            yield expr
