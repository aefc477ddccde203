"""Whether the formulas of a model say what the reference interpreter does, at one size, in given states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from checker.language.types import Int, Type, Value
from checker.model.model import Model
from checker.semantics.interpreter import EvaluationError, Interpreter, Transition
from checker.sorted.counterexample import cells, parts, value_of
from checker.sorted.ends import possible
from checker.sorted.logic import App, Term, disj, nodes
from checker.sorted.refusals import Refused
from checker.sorted.statements import Run
from checker.sorted.system import Sorted
from tests.sorted.structures import Structure, as_text, random_states

MOST_COMBINATIONS = 600  # of one choice of a step


class Told(Struct):
    """How much was compared."""

    states: int = 0
    transitions: int = 0
    failures: int = 0
    skipped: int = 0
    truths: int = 0


def some_states(model: Model, *, reached: int = 30, at_random: int = 15, seed: int = 1) -> list[tuple[Value, ...]]:
    """States that are reached, and well-typed ones that need not be."""
    interpreter = Interpreter(model)
    found = dict.fromkeys(islice(interpreter.iterate_initial_states(), 4))
    waiting = list(found)
    while waiting and len(found) < 12 * reached:
        state = waiting.pop(0)
        for transition in interpreter.transitions(state):
            if transition.target is not None and transition.target not in found:
                found[transition.target] = None
                waiting.append(transition.target)
    random = Random(seed)
    states = list(found)
    chosen = states[:4] + random.sample(states[4:], min(reached, max(0, len(states) - 4)))
    return chosen + list(islice(random_states(model, random), at_random))


def compare(form: Sorted, model: Model, states: Iterable[tuple[Value, ...]]) -> Told:
    """Asserts that steps, failures, initial states, bounds and goals are the same. `model` is of any size of the open sorts."""
    told = Told()
    model = replace(model, timeouts_only_when_stuck=False)  # formulas let timeouts happen at any time, and say so
    interpreter = Interpreter(model)
    after = {step.name: _after(form, model, place) for place, (step, _) in enumerate(form.steps)}
    initial, bounds, conditions = list(form.initial()), list(form.bounds()), _conditions(form, model)
    first = set(islice(interpreter.iterate_initial_states(), 5_000))
    enabled = _enabled(form)
    for number, state in enumerate(states):
        structure = Structure(form, model, state, seed=number)
        told.states += 1
        assert all(structure.value(bound, {}) for bound in bounds), state
        if len(first) < 5_000:
            assert all(structure.value(term, {}) for term in initial) == (state in first), f"initial? {state}"
        found = interpreter.transitions(state)
        for place, (step, run) in enumerate(form.steps):
            own = [t for t in found if model.steps[t.step].name == step.name]
            _same_step(form, model, structure, place, after[step.name], own, told)
            if (known := enabled[place]) is not None:
                said, exact = bool(structure.value(known[0], {})), known[1]
                assert said == bool(own) if exact else said <= bool(own), f"{step.name} is enabled? {state}"
            assert run is form.steps[place][1]
        for goal, condition, term in conditions:
            try:
                wanted: object = interpreter.evaluate(condition, state)
            except EvaluationError:
                wanted = False
            assert structure.value(term, {}) == wanted, f"{goal}: {state}"
            told.truths += 1
    return told


def _enabled(form: Sorted) -> list[tuple[Term, bool] | None]:
    """Of each step whether it is enabled, as far as that is known, and whether it is known exactly."""
    found: list[tuple[Term, bool] | None] = []
    for _, run in form.steps:
        condition = disj(run.lasting, *(f.condition for f in run.failures if f.exact))
        exact = all(f.exact for f in run.failures) and not any(choice.arguments for choice in _choices(form, condition))
        found.append(None if _numbers(form, condition) else (possible(form, condition), exact))
    return found


def _numbers(form: Sorted, term: Term) -> bool:
    """Whether a choice of a number stands in it, which an unbounded quantifier would go through."""
    return any(choice.sort == "Int" for choice in _choices(form, term))


def _choices(form: Sorted, term: Term) -> list[App]:
    functions = form.signature.functions
    found = [n for n in nodes(term) if isinstance(n, App) and not n.element]
    return [n for n in found if n.symbol in functions and functions[n.symbol].kind == "choice"]


def _conditions(form: Sorted, model: Model) -> list[tuple[str, object, Term]]:
    found = []
    for goal, own in zip(model.goals, form.model.goals, strict=True):
        if goal.kind in ("always", "never", "sometimes"):
            try:
                scope_free = form.holds(own.conditions[0], form.state)
            except Refused:
                continue
            found.append((goal.name, goal.conditions[0], scope_free))
    return found


def _after(form: Sorted, model: Model, place: int) -> list[tuple[Type, list[tuple[str, Term]]]]:
    """For each cell of `model` its type, and the terms that make up its value after the step."""
    step_form = replace(form, state=form.steps[place][1].state)
    return [(type, list(parts(form, type, cell, "cell"))) for type, cell in cells(step_form, model)]


class Choices(Struct, frozen=True):
    """The functions that a step chooses, and for conditions which of them each speaks of."""

    form: Sorted
    model: Model

    def of(self, term: Term) -> frozenset[str]:
        functions = self.form.signature.functions
        names = (n.symbol for n in nodes(term) if isinstance(n, App) and not n.element and n.symbol in functions)
        return frozenset(name for name in names if functions[name].kind == "choice")

    def solutions(self, structure: Structure, conditions: Sequence[Term], more: frozenset[str] = frozenset()) -> Iterator[None]:
        """Enters in the structure every choice, of what the conditions and `more` speak of, for which they hold."""
        parts = [(self.of(part), part) for condition in conditions for part in _parts(condition)]
        names = sorted(more.union(*(speaks for speaks, _ in parts)), key=list(self.form.signature.functions).index)
        order: list[list[Term]] = [[] for _ in range(len(names) + 1)]
        for speaks, part in parts:
            order[max((names.index(name) + 1 for name in speaks), default=0)].append(part)
        before = dict(structure.table)
        yield from self._from(structure, names, order, 0)
        structure.table = before

    def _from(self, structure: Structure, names: list[str], order: list[list[Term]], place: int) -> Iterator[None]:
        if not all(structure.value(part, {}) for part in order[place]):
            return
        if place == len(names):
            yield
            return
        function = self.form.signature.functions[names[place]]
        numbers = _range(self.model)
        keys = [(function.name, found) for found in product(*(structure.domain(s, numbers) for s in function.arguments))]
        domain = structure.domain(function.result, numbers)
        if len(domain) ** len(keys) > MOST_COMBINATIONS:
            raise TooMany(function.name)
        for chosen in product(domain, repeat=len(keys)):
            structure.table.update(zip(keys, chosen, strict=True))
            yield from self._from(structure, names, order, place + 1)


class TooMany(Exception):
    pass


def _parts(term: Term) -> tuple[Term, ...]:
    return term.arguments if isinstance(term, App) and term.symbol == "and" else (term,)


def _same_step(  # type: ignore[no-untyped-def]
    form: Sorted, model: Model, structure: Structure, place: int, after, own: list[Transition], told: Told
) -> None:
    step, run = form.steps[place]
    exact = all(failing.exact for failing in run.failures)
    choices = Choices(form, model)
    more = frozenset[str]().union(*(choices.of(term) for _, found in after for _, term in found))
    try:
        targets = {
            tuple(_decoded(type, found, structure) for type, found in after)
            for _ in choices.solutions(structure, run.asked, more)
        }
        failed = any(True for f in run.failures for _ in choices.solutions(structure, [f.condition]))
    except TooMany:
        told.skipped += 1
        return
    _same_marks(run, structure, choices, after, own)
    wanted = {t.target for t in own if t.failure is None}
    really = any(t.failure is not None for t in own)
    told.transitions += len(wanted)
    told.failures += really
    if exact:
        assert targets == wanted, f"{step.name}: {sorted(map(str, targets))} for {sorted(map(str, wanted))}"
        assert failed == really, f"{step.name} fails? {really}"
    else:
        assert targets >= wanted, step.name
        assert failed or not really, step.name


def _same_marks(run: Run, structure: Structure, choices: Choices, after, own: list[Transition]) -> None:  # type: ignore[no-untyped-def]
    """The same transitions carry the same marks."""
    more = frozenset[str]().union(*(choices.of(term) for _, found in after for _, term in found))
    for mark in {mark for mark, _ in run.marks}:
        conditions = [*run.asked, disj(*(when for name, when in run.marks if name == mark))]
        marked = {
            tuple(_decoded(type, found, structure) for type, found in after)
            for _ in choices.solutions(structure, conditions, more)
        }
        assert marked >= {t.target for t in own if t.failure is None and mark in t.marks}, mark
        if all(failing.exact for failing in run.failures):
            assert marked == {t.target for t in own if t.failure is None and mark in t.marks}, mark


def _decoded(type: Type, found: list[tuple[str, Term]], structure: Structure) -> Value:
    return value_of(type, "cell", {name: as_text(structure.value(term, {})) for name, term in found})


def _range(model: Model) -> range:
    """The numbers that steps choose from, and one more on each side."""
    bounds = [t for v in model.variables for t in _ints(v.type)]
    for step in model.steps:
        for item in step.prelude:
            if hasattr(item, "local"):
                bounds += _ints(item.local.type)
    return range(min((b.low for b in bounds), default=0) - 1, max((b.high for b in bounds), default=0) + 2)


def _ints(type: Type) -> list[Int]:
    if isinstance(type, Int):
        return [type]
    found: list[Int] = []
    for name in type.__struct_fields__:
        part = getattr(type, name)
        if isinstance(part, Type):
            found += _ints(part)
        elif name == "fields":
            for _, of in part:
                found += _ints(of)
    return found
