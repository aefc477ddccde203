"""The smallest state from which a step breaks a lemma: a model of a failed obligation, at one size, as a state of the model.

It satisfies the lemmas and may still be unreachable: then the lemmas say too little. Before it is shown, the reference interpreter takes the
step; that it cannot would be a fault of the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import final

from msgspec import Struct

from checker.language.diagnostics import BadInput
from checker.language.types import (
    BagOf,
    Bool,
    Enum,
    Int,
    MapOf,
    Option,
    Record,
    SeqOf,
    SetOf,
    Sort,
    Type,
    Value,
    cardinality,
    element,
    values,
)
from checker.model.model import Model
from checker.sorted.finite import AtSize, element_of
from checker.sorted.logic import TRUE, App, Term, disj, equal, number, total
from checker.sorted.obligations import Obligation
from checker.sorted.refusals import Refused
from checker.sorted.shapes import BagV, MapV, Opt, Rec, Scalar, SeqV, SetV, Sym
from checker.sorted.smtlib import script
from checker.sorted.solve import Answer, Script, solve_all
from checker.sorted.system import Sorted

MOST_CELLS = 4096


@final
class Counterexample(Struct, frozen=True, kw_only=True):
    """`sizes` of the open sorts; `state`: of the model at these sizes, as the interpreter has states; `step`: the step's name, None where the
    state itself is the counterexample.
    """

    obligation: str
    sizes: dict[str, int]
    state: tuple[Value, ...]
    step: str | None


def sizes_up_to(sorts: Sequence[str], most: int, total: int) -> Iterator[dict[str, int]]:
    """The sizes of all sorts, small ones first, up to `most` each and `total` together."""
    found = (dict(zip(sorts, sizes, strict=True)) for sizes in product(range(1, most + 1), repeat=len(sorts)))
    yield from sorted((s for s in found if sum(s.values()) <= total), key=lambda s: (sum(s.values()), tuple(s.values())))


def smallest(
    form: Sorted,
    obligation: Obligation,
    model_at: Callable[[Mapping[str, int]], Model],
    *,
    most: int = 3,
    time_s: float = 10.0,
    memory_mib: float | None = None,
) -> Counterexample | None:
    """The counterexample with the fewest elements, of up to `most` of each sort; None where there is none, or none was found in time.

    `model_at`: the model at the sizes of the open sorts.
    """
    sorts = sorted(form.signature.free)
    tried = list(_models(model_at, sizes_up_to(sorts, most, most * len(sorts))))
    try:
        scripts = [at_size(form, obligation, sizes, model) for sizes, model in tried]
    except Refused:  # a cell has more values than can be asked for one by one
        return None
    for (sizes, model), answer in zip(tried, solve_all(scripts, time_s=time_s, memory_mib=memory_mib), strict=True):
        if answer.result == "sat":
            state = state_of(form, model, answer)
            return Counterexample(obligation=obligation.name, sizes=dict(sizes), state=state, step=obligation.step)
    return None


def _models(
    model_at: Callable[[Mapping[str, int]], Model], tried: Iterable[dict[str, int]]
) -> Iterator[tuple[dict[str, int], Model]]:
    """The models at these sizes; sizes at which there is none are left out: a constant of the instance needs more, or one parameter is the
    size of two sorts."""
    for sizes in tried:
        try:
            model = model_at(sizes)
        except BadInput:
            continue
        if all(sizes.get(sort.name, sort.size) == sort.size for sort in model.sorts):
            yield sizes, model


def at_size(form: Sorted, obligation: Obligation, sizes: Mapping[str, int], model: Model) -> Script:
    """The obligation at these sizes, without quantifiers; it asks for the value of every cell."""
    here = AtSize(form.signature, sizes)
    terms = [*here.all(obligation.terms)]
    wanted: dict[str, Term] = {}
    for place, (type, cell) in enumerate(cells(form, model)):
        for name, term in parts(form, type, cell, f"cell {place}"):
            wanted[name] = here.term(term)
    terms += [here.term(term) for term in bag_sizes(form, model)]
    vocabulary = here.vocabulary()
    asked = [App("=", (vocabulary.apply(name, (), term.sort, "choice"), term), "Bool") for name, term in wanted.items()]
    return Script(script(vocabulary, [*terms, *asked], about=f"{obligation.name} at {dict(sizes)}"), tuple(wanted))


def constant(form: Sorted, type: Type, value: Value) -> Sym:
    """A value that may name elements of open sorts."""
    if isinstance(type, Sort) and form.signature.is_free(type):
        return Scalar(element_of(type.name, value))
    match type:
        case Option(of) if value is not None:
            return Opt(TRUE, constant(form, of, value))
        case Record(_, fields):
            return Rec(tuple(constant(form, t, v) for (_, t), v in zip(fields, value, strict=True)))
        case SeqOf(of, most):
            items = tuple(constant(form, of, v) for v in value)
            return SeqV(number(len(items)), items + (form.values.any_value(of),) * (most - len(items)))
        case SetOf(of):
            known = [constant(form, of, v) for v in sorted(value, key=str)]
            return SetV(lambda e: disj(*(form.values.equal(of, e, k) for k in known)))
        case MapOf(key, of):
            pairs = [(constant(form, key, k), constant(form, of, v)) for k, v in zip(values(key), value, strict=True)]
            return MapV(lambda k: form.values.pick(key, of, k, pairs))
    return form.values.constant(type, value)


def cells(form: Sorted, model: Model) -> Iterator[tuple[Type, Sym]]:
    """The type and the value of each cell of `model`, in the order of the state."""
    own = {variable.name: reader for variable, reader in form.state.items()}
    for variable in model.variables:
        for indices in product(*(list(values(t)) for t in variable.index)):
            at = tuple(constant(form, t, i) for t, i in zip(variable.index, indices, strict=True))
            yield variable.type, own[variable.name](at)


def parts(form: Sorted, type: Type, value: Sym, name: str) -> Iterator[tuple[str, Term]]:
    """The scalars that a value is made of, by name, at a known size."""
    match type, value:
        case _, Scalar(term):
            yield name, term
        case Option(of), Opt(some, inner):
            yield f"{name} some", some
            yield from parts(form, of, inner, f"{name} value")
        case Record(_, fields), Rec(found):
            for (field, t), part in zip(fields, found, strict=True):
                yield from parts(form, t, part, f"{name} {field}")
        case SetOf(of), SetV(has):
            for place, e in enumerate(listed(of)):
                yield f"{name} has {place}", has(constant(form, of, e))
        case MapOf(key, of), MapV(at):
            for place, k in enumerate(listed(key)):
                yield from parts(form, of, at(constant(form, key, k)), f"{name} at {place}")
        case SeqOf(of, _), SeqV(length, items):
            yield f"{name} length", length
            for place, item in enumerate(items):
                yield from parts(form, of, item, f"{name} {place}")
        case BagOf(of, _), BagV(count, _):
            for place, e in enumerate(listed(of)):
                yield f"{name} count {place}", count(constant(form, of, e))
        case _:
            raise TypeError(f"{type}: {value}")


def listed(type: Type) -> list[Value]:
    if cardinality(type) > MOST_CELLS:
        raise Refused(f"{type} has too many values to be listed")
    return list(values(type))


def bag_sizes(form: Sorted, model: Model) -> Iterator[Term]:
    """That the size of each bag is the sum of its counts: it is so in every real state."""
    for type, cell in cells(form, model):
        if isinstance(type, BagOf) and isinstance(cell, BagV):
            yield equal(cell.size, total(cell.count(constant(form, type.of, e)) for e in listed(type.of)))


def state_of(form: Sorted, model: Model, answer: Answer) -> tuple[Value, ...]:
    """The state that the answer to `at_size` describes."""
    types = [variable.type for variable in model.variables for _ in range(variable.cells)]
    return tuple(value_of(type, f"cell {place}", answer.values) for place, type in enumerate(types))


def value_of(type: Type, name: str, found: Mapping[str, str]) -> Value:
    match type:
        case Bool():
            return found.get(name) == "true"
        case Int(low, _):
            return int(found.get(name, str(low)))
        case Enum(_, members):
            text = found.get(name)
            return 0 if text is None else members.index(text.split(":", 1)[1])
        case Sort():
            text = found.get(name)
            return 0 if text is None else _place(type, text)
        case Option(of):
            return value_of(of, f"{name} value", found) if found.get(f"{name} some") == "true" else None
        case Record(_, fields):
            return tuple(value_of(t, f"{name} {field}", found) for field, t in fields)
        case SetOf(of):
            return frozenset(e for place, e in enumerate(listed(of)) if found.get(f"{name} has {place}") == "true")
        case MapOf(key, of):
            return tuple(value_of(of, f"{name} at {place}", found) for place in range(cardinality(key)))
        case SeqOf(of, _):
            length = int(found.get(f"{name} length", "0"))
            return tuple(value_of(of, f"{name} {place}", found) for place in range(length))
        case BagOf(of, _):
            counts = (int(found.get(f"{name} count {place}", "0")) for place in range(cardinality(of)))
            return tuple(e for e, count in zip(listed(of), counts, strict=True) for _ in range(count))
    raise TypeError(type)


def _place(sort: Sort, text: str) -> int:
    return next(i for i in range(sort.size) if f"{sort.name}:{element(sort, i)}" == text)
