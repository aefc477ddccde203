"""Lemmas as rules: `not A or not B or C` reads better as `A and B implies C`, and says the same."""

from __future__ import annotations

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.rewrite import may_fail
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read


def as_rule(lemma: Expr) -> Expr:
    """An equivalent of `lemma`, a rule where it is a clause. What may have no value stays in its order."""
    if isinstance(lemma, Quantifier) and lemma.kind == "all":
        return replace(lemma, body=as_rule(lemma.body))
    if not (isinstance(lemma, Apply) and lemma.operator == "or") or may_fail(lemma):
        return lemma
    apart = [part for part in lemma.arguments if _tells_apart(part)]
    rest = [part for part in lemma.arguments if not _tells_apart(part)]
    premises = [part for part in rest if _premise(part) is not None]
    conclusions = [part for part in rest if _premise(part) is None]
    if not conclusions and premises:
        conclusions = [premises.pop()]
    if not conclusions or not (premises or apart):
        return lemma
    left = make.both(*(_turned(part) for part in (*apart, *premises)))
    return make.implies(left, make.either(*conclusions))


def _tells_apart(part: Expr) -> bool:
    """`u == v` of two bound names: the rule is about two different ones."""
    match part:
        case Apply("eq", (Local(), Local())):
            return True
    return False


def _turned(part: Expr) -> Expr:
    """The opposite of `part`."""
    match part:
        case Apply("eq", arguments):
            return replace(part, operator="ne", arguments=arguments)
    return _premise(part) or make.negate(part)


def _premise(part: Expr) -> Expr | None:
    """What must be so for `part` to be false, where that is said more simply."""
    match part:
        case Apply("not", (inner,)):
            return inner
        case Apply("ne"):
            return replace(part, operator="eq")
        case Apply("eq", (Read(variable), Const(0))) if variable.kind == "control":  # idle: there is a word for all else only
            return replace(part, operator="ne")
    return None
