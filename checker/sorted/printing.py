"""A model in its sorted form as one text: the same for two models that say the same."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Type
from checker.model.expr import Expr
from checker.sorted.refusals import Refused
from checker.sorted.shapes import BagV, MapV, Opt, Rec, Scalar, SeqV, SetV, Sym
from checker.sorted.smtlib import renumbered, text
from checker.sorted.system import Sorted


def form_text(form: Sorted) -> str:
    """Everything that `form` says: bounds, initial states, steps with the cells that they leave, when it is done."""
    return "\n".join(_lines(form)) + "\n"


def _lines(form: Sorted) -> Iterator[str]:
    yield "bounds"
    yield from (text(term) for term in form.bounds())
    yield "initially"
    yield from (text(term) for term in form.initial())
    for step, run in form.steps:
        yield f"step {step.name}"
        yield text(run.lasting)
        yield from (f"fails {f.kind} {f.exact} {text(f.condition)}" for f in run.failures)
        yield from (f"marks {mark} {text(when)}" for mark, when in run.marks)
        for variable in form.model.variables:
            if run.state[variable] is not form.state[variable]:
                indices = tuple(_generic(form, t, f"index {place}, {t}") for place, t in enumerate(variable.index))
                yield f"{variable.name} := " + " ".join(_shown(form, variable.name, variable.type, run.state[variable](indices)))
    if form.model.done is not None:
        yield "done " + _condition(form, form.model.done)
    for sort, elements in form.signature.enumerations.items():
        yield f"{sort}: {', '.join(elements)}"
    for function in form.signature.functions.values():
        yield f"{function.name} ({', '.join(function.arguments)}) {function.result}"


def goal_texts(form: Sorted) -> dict[str, str]:
    """Of each goal what its conditions say."""
    return {goal.name: " ".join(_condition(form, condition) for condition in goal.conditions) for goal in form.model.goals}


def _condition(form: Sorted, condition: Expr) -> str:
    try:
        return renumbered([text(form.holds(condition, form.state, old=form.state))])
    except Refused as refused:
        return f"refused: {refused.what}"


def _generic(form: Sorted, type: Type, name: str) -> Sym:
    """Any value of a type that is the index of a cell or an element of a set."""
    return form.values.symbol(type, name, (), "choice")


def _shown(form: Sorted, variable: str, type: Type, value: Sym) -> Iterator[str]:
    match type, value:
        case _, Scalar(term):
            yield text(term)
        case Option(of), Opt(some, inner):
            yield text(some)
            yield from _shown(form, variable, of, inner)
        case Record(_, fields), Rec(parts):
            for (_, t), part in zip(fields, parts, strict=True):
                yield from _shown(form, variable, t, part)
        case SetOf(of), SetV(has):
            yield text(has(_generic(form, of, f"element of {type} in {variable}")))
        case MapOf(key, of), MapV(at):
            yield from _shown(form, variable, of, at(_generic(form, key, f"key of {type} in {variable}")))
        case SeqOf(of, _), SeqV(length, items):
            yield text(length)
            for item in items:
                yield from _shown(form, variable, of, item)
        case BagOf(of, _), BagV(count, size):
            yield text(size)
            yield text(count(_generic(form, of, f"element of {type} in {variable}")))
