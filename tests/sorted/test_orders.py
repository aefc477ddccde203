"""Ordered ids and roles of any size: what is said of their order is true of every team, and no team is forgotten, of one or two least of all."""

from __future__ import annotations

import pytest

from checker.sorted.decide import Shown
from checker.sorted.uniform import every_size
from tests.sorted.agreeing import compare, some_states
from tests.sorted.families import decided, of_corpus, of_text

HEAD = "protocol p(slots: 1..9 = 4, agents: 1..4 = 2)\nids Slot * slots, ordered\nrole Agent * agents\nshared bad: bool = false\n"


def acting(guard: str, more: str = "") -> str:
    """Agents that do what is bad where a condition holds, which speaks of the slots alone."""
    return f"{HEAD}{more}role Agent:\n    action act when {guard}:\n        bad = true\n"


@pytest.mark.parametrize(
    ("guard", "sizes"),
    [
        ("first(Slot) == last(Slot)", {1}),
        ("first(Slot) != last(Slot)", set(range(2, 8))),
        ("next_in_ring(next_in_ring(first(Slot))) == first(Slot)", {1, 2}),
        ("next_in_ring(first(Slot)) == last(Slot)", {1, 2}),
        ("first(Slot) < last(Slot) and next(first(Slot)) < last(Slot)", set(range(3, 8))),
        ("first(Slot) < last(Slot) and previous(last(Slot)) == first(Slot)", {2}),
        ("count(s in Slot: true) >= 5", {5, 6, 7}),
        ("any(s in Slot: s < last(Slot) and any(t in Slot: t < s and t > first(Slot)))", set(range(4, 8))),
    ],
)
def test_what_holds_at_some_sizes_only_is_not_shown_for_all(guard: str, sizes: set[int]) -> None:
    """What a search says of each size up to seven, and what a proof must not say of all of them."""
    from checker.semantics.interpreter import Interpreter

    family = of_text(acting(guard), "never bad: bad\n")
    every = every_size(family)
    assert "Slot" in every.open
    seen = set()
    for size in range(1, 8):
        interpreter = Interpreter(every.model_at({"Slot": size, "Agent": 1}))
        (start,) = interpreter.initial_states()
        if any(t.target is not None and t.target != start for t in interpreter.transitions(start)):
            seen.add(size)
    assert seen == sizes
    assert not all(isinstance(decision, Shown) for _, decision in decided(family, "bad"))


@pytest.mark.parametrize(
    ("guard", "more"),
    [
        ("index(last(Slot)) > 6", ""),  # at two sizes that are compared it would say the same
        ("Slot2 == last(Slot)", ""),
        ("far", "const far: bool = index(last(Slot)) > 6\n"),
        ("far", "const far: bool = first(Slot) == last(Slot)\n"),
        ("at == last(Slot)", "shared at: Slot = next(first(Slot))\n"),
        ("at == last(Slot)", "shared at: Slot = if first(Slot) == last(Slot) then first(Slot) else last(Slot)\n"),
        ("bad", "shared at: map[Slot, bool] = {s: s < last(Slot) for s in Slot}\n"),
    ],
)
def test_what_hangs_on_a_number_of_elements_keeps_its_size(guard: str, more: str) -> None:
    assert "Slot" not in every_size(of_text(acting(guard, more), "never bad: bad\n")).open


@pytest.mark.parametrize("named", ["Slot1", "Slot2"])
def test_a_goal_that_names_an_element_is_not_shown(named: str) -> None:
    """`Slot2` is the last of three, and of more another one."""
    from checker.sorted.refusals import Refused

    family = of_text(
        f"{HEAD}shared at: Slot = first(Slot)\nrole Agent:\n    action act:\n        at = last(Slot)\n",
        f"never there: at == {named}\n",
    )
    with pytest.raises(Refused):
        decided(family, "there")


RING = """
protocol p(nodes: 1..9 = 3)
role Node * nodes, ordered
shared token: Node = first(Node)
shared entered: set[Node] = {}
role Node:
    var starts: bool = self == first(Node)
    var ends: bool = self != last(Node)
    action enter when token == self:
        entered += {self}
        token = next_in_ring(self)
    action jump(n: Node) when n < self and starts:
        token = previous(self)
    action back when self > first(Node) and previous(self) == token:
        token = next(previous(self))
"""


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_the_formulas_say_what_the_interpreter_does(size: int) -> None:
    """The laws of the order are among what is looked at."""
    from checker.sorted.orders import laws
    from tests.sorted.structures import Structure

    every = every_size(of_text(RING, "always some: token <= last(Node)\n"))
    assert every.open == {"Node": "nodes"}
    model = every.model_at({"Node": size})
    states = list(some_states(model, reached=12, at_random=12))
    told = compare(every.form, model, states)
    assert (told.states, told.skipped) == (len(states), 0)
    terms = [run.lasting for _, run in every.form.steps]
    said = list(laws(every.form.signature, [*terms, *(f.condition for _, run in every.form.steps for f in run.failures)]))
    assert len(said) >= 5
    for number, state in enumerate(states):
        assert all(Structure(every.form, model, state, seed=number).value(law, {}) for law in said)


@pytest.mark.parametrize(
    ("stem", "instance"),
    [
        ("dining", "one_differs"),
        ("patterns/termination", "three"),
        ("patterns/review_pipeline", "in_order"),
        ("patterns/debate_judge", "turns"),
    ],
)
def test_ordered_roles_of_the_corpus(stem: str, instance: str) -> None:
    every = every_size(of_corpus(stem, instance))
    assert any(sort.ordered and sort.name in every.open for sort in every.form.model.sorts)
    for size in (1, 2, 3):
        model = every.model_at(dict.fromkeys(every.open, size))
        assert compare(every.form, model, some_states(model, reached=6, at_random=4)).skipped == 0
