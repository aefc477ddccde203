"""Counts and sums over sorts of any size: as the interpreter counts, at several sizes; what solvers are told of them is true."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from checker.semantics.interpreter import Interpreter
from checker.sorted.logic import App, Quantified, Term, negate, rebuilt, substituted
from checker.sorted.obligations import obligations, skolemised
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, solve_all
from checker.sorted.totals import numbers, without_sums
from checker.sorted.uniform import every_size
from tests.sorted.families import of_text
from tests.sorted.structures import Structure, random_states

PROTOCOL = """protocol p(workers: 1..6 = 3)
role Worker * workers
shared held: map[Worker, 0..3] = 0
shared busy: set[Worker] = {}
shared extra: 0..2 = 0
role Worker:
    action take when held[self] < 3:
        held[self] += 1
        busy += {self}
        extra = 2 - extra
"""
CLAIMS = [
    "count(w in Worker: w in busy) <= 2",
    "count(w in Worker: held[w] == 1) != 1",
    "count(v in Worker, w in Worker: held[v] > held[w]) < 3",
    "len(busy) == 2",
    "sum(w in Worker: held[w]) != 6",
    "2 < len(busy)",
    "sum(w in Worker: held[w]) <= 3",
    "sum(w in Worker: held[w]) == 4",
    "sum(w in Worker: held[w]) > 5",
    "count(w in Worker: w in busy) + sum(w in Worker: held[w]) <= 4",
    "len(busy) + extra >= 3",
    "extra <= count(w in Worker: held[w] == 2)",
    "sum(w in Worker: held[w]) <= 7",
    "len(busy) >= count(w in Worker: held[w] == 2)",
    "len(busy) * 2 <= 3 + extra",
    "sum(w in Worker: held[w] - extra) < extra",
    "sum(w in busy: 2 * held[w]) > sum(w in Worker: if w in busy then 0 else held[w])",
    "sum(v in Worker, w in busy: held[v] + extra) != 3 * len(busy)",
    "max(extra, len(busy)) == min(2, sum(w in Worker: held[w]))",
    "any(v in Worker: held[v] > count(w in Worker: w != v and held[w] > held[v]))",
    "sum(w in Worker: held[w] - 1) + extra >= 0",
    "len(busy) - extra - 1 >= 0",
    "len(busy) + (0 - extra) >= 0",
    "sum(w in Worker: held[w]) > 0",
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_as_the_interpreter_counts(claim: str) -> None:
    every = every_size(of_text(PROTOCOL, f"always claim: {claim}"))
    assert every.open == {"Worker": "workers"}
    term = every.form.holds(every.form.model.goals[0].conditions[0], every.form.state)
    seen = set()
    for size in (1, 2, 3, 5):
        model = every.model_at({"Worker": size})
        interpreter = Interpreter(model)
        for state in islice(random_states(model, Random(size)), 40):
            wanted = interpreter.evaluate(model.goals[0].conditions[0], state)
            assert Structure(every.form, model, state).value(term, {}) == wanted, state
            seen.add(wanted)
    assert seen == {False, True}


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("max(w in Worker: held[w]) <= 2", "`max` over any number of agents or things"),
    ],
)
def test_what_is_not_counted_is_refused(claim: str, why: str) -> None:
    every = every_size(of_text(PROTOCOL, f"always claim: {claim}"))
    with pytest.raises(Refused, match=why):
        every.form.holds(every.form.model.goals[0].conditions[0], every.form.state)


def test_a_sum_of_sums_under_a_condition_is_refused() -> None:
    claim = "sum(v in Worker: if v in busy then count(w in Worker: held[w] > held[v]) else 0) <= 9"
    every = every_size(of_text(PROTOCOL, f"always claim: {claim}"))
    with pytest.raises(Refused, match="a sum of sums that hang on a condition"):
        [one.smtlib for one in obligations(every.form, (), every.form.model.goals[0])]


LAWFUL = [
    "sum(w in Worker: held[w]) <= 7 + extra",
    "sum(w in busy: held[w]) + extra == len(busy)",
    "sum(v in Worker, w in busy: held[v]) >= extra",
    "all(v in Worker: held[v] <= count(w in Worker: w != v and w in busy))",
]


@pytest.mark.parametrize("claim", LAWFUL)
def test_laws_of_sums_are_true_in_every_state(claim: str) -> None:
    """Of the claim before a step and after it, with any element in the place of each that is spoken of."""
    form = every_size(of_text(PROTOCOL, f"always claim: {claim}")).form
    (_, run), condition = form.steps[0], form.model.goals[0].conditions[0]
    terms = tuple(skolemised(form, [form.holds(condition, form.state), run.lasting, negate(form.holds(condition, run.state))]))
    told = without_sums(form.signature, terms)
    meant: dict[Term, Term] = {number: node for node, number in numbers(form.signature, terms).items()}
    laws = [_meant(law, meant) for law in told[len(terms) :]]
    assert len(laws) >= 6
    family, seen = of_text(PROTOCOL, f"always claim: {claim}"), set()
    for size in (1, 2, 3, 4):
        model = every_size(family).model_at({"Worker": size})
        for number, state in enumerate(islice(random_states(model, Random(size)), 25)):
            structure = Structure(form, model, state, seed=number)
            for law in laws:
                assert structure.value(law, {}), state
                seen.add(structure.value(law.arguments[0], {}) if isinstance(law, App) else None)
    assert {True, False} <= seen


def _meant(term: Term, meant: dict[Term, Term]) -> Term:
    """With the sums in the place of the numbers that stand for them."""
    for number, node in meant.items():
        if isinstance(term, App) and isinstance(number, App) and term.symbol == number.symbol:
            known: dict[Term, Term] = dict(zip(number.arguments, term.arguments, strict=True))
            return substituted(node, known)
    match term:
        case App(arguments=arguments) if arguments:
            return rebuilt(term, tuple(_meant(argument, meant) for argument in arguments))
        case Quantified(kind, variables, body):
            return Quantified(kind, variables, _meant(body, meant))
    return term


BOOKED = """protocol p(workers: 1..6 = 2, things: 1..4 = 2)
ids Thing * things
role Worker * workers
shared free: map[Thing, 0..9] = 9
shared hold: map[Worker, 0..50] = 0
shared booked: 0..10_000 = 0
role Worker:
    action use(t: Thing) when free[t] > 0:
        free[t] -= 1
        await tool as using
        free[t] += 1
    action book when hold[self] == 0 and booked < 9_000:
        hold[self] = 7
        booked += 7
    action hand(w: Worker) when w != self and hold[w] == 0:
        hold[w] = hold[self]
        hold[self] = 0
    action clear:
        for w in Worker:
            hold[w] = 0
        booked = 0
"""
EACH = "all(t in Thing: count(w in Worker: w at using and w.use.t == t) + free[t] == 9)"
BOOKS = "booked == sum(w in Worker: hold[w])"


@pytest.mark.parametrize(
    ("claim", "old", "new", "holds"),
    [
        (EACH, "", "", True),
        (BOOKS, "", "", True),
        (EACH, "free[t] += 1", "pass", False),
        (EACH, "free[t] -= 1", "free[t] -= 2", False),
        (BOOKS, "hold[self] = 7", "hold[self] = 8", False),
        (BOOKS, "w != self and hold[w] == 0", "hold[w] == 0", True),  # to itself, of nothing
        (BOOKS, "w != self and hold[w] == 0", "w != self", False),
        (BOOKS, "hold[w] = 0\n        booked", "hold[w] = 1\n        booked", False),
    ],
)
def test_sums_after_steps(claim: str, old: str, new: str, holds: bool) -> None:
    """Of one agent, of two, of all at once, and one sum for each thing; by itself, without lemmas."""
    assert old in BOOKED
    every = every_size(of_text(BOOKED.replace(old, new) if old else BOOKED, f"always claim: {claim}"))
    asked = obligations(every.form, (), every.form.model.goals[0])
    assert all(answer.result == "unsat" for answer in solve_all([Script(one.smtlib) for one in asked], time_s=20)) == holds
