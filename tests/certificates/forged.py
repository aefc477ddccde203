"""Certificates made by a forger who has the tool: every digest, sentence and question fits, only what is claimed need not be so.

And the truth about them, found without a formula: every state that small teams reach, by the reference interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from checker.certificates.certificate import Certificate
from checker.certificates.enumeration import State
from checker.certificates.expressions import from_node
from checker.certificates.make import certificate_of
from checker.certificates.questions import questions
from checker.certificates.subject import Asked
from checker.language.diagnostics import BadInput
from checker.language.types import Bool, Int, Type
from checker.model.expr import Apply, Const, Expr, Quantifier
from checker.model.fits import is_value
from checker.model.model import Goal, Model
from checker.model.resize import NotOfThisSize, resized
from checker.semantics.failure import EvaluationError
from checker.semantics.interpreter import Interpreter

FALSE = Const(False, Bool())
MOST_STATES = 3_000  # of an instance that are looked at
TURNED = {
    "and": ("or",),
    "or": ("and",),
    "implies": ("and", "or"),
    "eq": ("ne", "le"),
    "ne": ("eq",),
    "le": ("lt", "ge"),
    "lt": ("le", "gt"),
    "ge": ("gt", "le"),
    "gt": ("ge", "lt"),
    "add": ("sub",),
    "in_set": ("not in_set",),
}
ALTERED = {"all": "any", "any": "all"}


def asked_of(certificate: Certificate, subject: Asked) -> list[Expr]:
    """The lemmas of a certificate."""
    return [from_node(lemma.expression, subject.model) for lemma in certificate.lemmas]


def forged(subject: Asked, lemmas: Sequence[Expr]) -> Certificate:
    """Raises Refused where the questions cannot be stated, NotOfThisSize where a lemma says nothing."""
    here = [resized(lemma, subject.model) for lemma in lemmas]
    return certificate_of(subject, here, questions(subject, here))


def other_lemmas(lemmas: Sequence[Expr], goal: Goal) -> Iterator[tuple[str, list[Expr]]]:
    """Lists of lemmas that differ from those of a proof in one thing, with what it is."""
    given = list(lemmas)
    yield "with `false`", [FALSE, *given]
    yield "`false` alone", [FALSE]
    for condition in goal.conditions if goal.kind in ("always", "never") else ():
        kept, broken = (condition, _not(condition)) if goal.kind == "always" else (_not(condition), condition)
        yield "with the property", [*given, kept]
        yield "with the contrary of the property", [*given, broken]
    for number, lemma in enumerate(given):
        rest = [*given[:number], *given[number + 1 :]]
        yield f"without lemma {number + 1}", rest
        yield f"lemma {number + 1} twice", [*given, lemma]
        yield f"the contrary of lemma {number + 1}", [*rest, _not(lemma)]
        for how, other in _altered(lemma):
            yield f"lemma {number + 1} with {how}", [*given[:number], other, *given[number + 1 :]]


def _not(expr: Expr) -> Expr:
    return Apply("not", (expr,), Bool())


def _altered(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The expression with one operator, quantifier or number in it changed."""
    match expr:
        case Const(value=bool()):
            yield f"{not expr.value} for {expr.value}", replace(expr, value=not expr.value)
        case Const(value=int(), type=type):
            near = (value for value in (expr.value - 1, expr.value + 1) if isinstance(type, Int) or is_value(type, value))
            yield from (
                (f"{value} for {expr.value}", Const(value, Int(value, value) if isinstance(type, Int) else type))
                for value in near
            )
        case Apply():
            for other in TURNED.get(expr.operator, ()):
                made = replace(expr, operator=other.removeprefix("not "))
                yield f"`{other}` for `{expr.operator}`", _not(made) if other.startswith("not ") else made
            for place, argument in enumerate(expr.arguments):
                put = (*expr.arguments[:place], *expr.arguments[place + 1 :])
                if expr.operator in ("and", "or") and len(put) > 1:
                    yield f"part {place + 1} left out of `{expr.operator}`", replace(expr, arguments=put)
                for how, other in _altered(argument):
                    yield how, replace(expr, arguments=(*expr.arguments[:place], other, *expr.arguments[place + 1 :]))
        case Quantifier():
            if expr.kind in ALTERED:
                yield f"`{ALTERED[expr.kind]}` for `{expr.kind}`", replace(expr, kind=ALTERED[expr.kind])
            for how, other in _altered(expr.body):
                yield how, replace(expr, body=other)
            for place, domain in enumerate(expr.domains):
                for how, other in () if isinstance(domain, Type) else _altered(domain):
                    yield how, replace(expr, domains=(*expr.domains[:place], other, *expr.domains[place + 1 :]))


# --- what is so ------------------------------------------------------------------------------------------------------


def untrue(subject: Asked, lemmas: Sequence[Expr], most: int = 3) -> str:
    """What does not hold, of lemmas and property, in a state that the team reaches: at the size of the instance, and at sizes up to `most`
    where every size is claimed. "" where nothing was found.
    """
    models = [lambda: subject.model]
    if not subject.one_size:
        models += [partial(subject.model_at, size) for size in range(1, most + 1)]
    for made in models:
        try:
            model = made()
            here = [resized(lemma, model) for lemma in lemmas]
        except (BadInput, NotOfThisSize):
            continue
        wrong = _untrue_in(model, here, subject.goal_of(model))
        if wrong:
            return wrong
    return ""


def _untrue_in(model: Model, lemmas: Sequence[Expr], goal: Goal) -> str:
    interpreter = Interpreter(model)
    wanted = [*map(interpreter.compiled, lemmas)]
    asked = [*map(interpreter.compiled, goal.conditions)]
    done = None if model.done is None else interpreter.compiled(model.done)

    def true(condition: object, state: State, old: State | None = None) -> bool:
        try:
            return condition(state, old) is True  # type: ignore[operator]
        except EvaluationError:
            return False

    seen = dict.fromkeys(interpreter.initial_states())
    for state in (found := list(seen)):
        for number, lemma in enumerate(wanted, 1):
            if not true(lemma, state):
                return f"lemma {number}"
        if goal.kind in ("always", "never") and true(asked[0], state) != (goal.kind == "always"):
            return goal.name
        acts = False
        for transition in interpreter.transitions(state):
            acts = acts or model.steps[transition.step].fault is None
            failed = transition.target is None
            if (failed and goal.kind == "no error") or (goal.mark is not None and goal.mark in transition.marks):
                return goal.name
            if failed:
                continue
            if goal.kind == "step" and not true(asked[0], transition.target, state):
                return goal.name
            if transition.target not in seen and len(seen) < MOST_STATES:
                seen[transition.target] = None
                found.append(transition.target)
        if goal.kind == "no deadlock" and not acts and (done is None or not true(done, state)):
            return goal.name
    return ""
