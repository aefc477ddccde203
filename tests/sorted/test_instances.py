"""The sizes that decide: what the instances say is what the solver says of the formula with quantifiers, and violations show within them."""

from __future__ import annotations

from collections import Counter

import pytest

from checker.properties.plan import read_target
from checker.sorted.counterexample import smallest
from checker.sorted.decide import deciding_sizes
from checker.sorted.instances import instances
from checker.sorted.obligations import PROVABLE, obligations
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, solve_all
from checker.sorted.uniform import EverySize, every_size
from tests.sorted.families import SPECS, asked, goal_of, of_corpus
from tests.sorted.test_proofs import BUSY, CLAIMED, two_phase_lemmas


def agreement(every: EverySize) -> Counter[tuple[bool, str, str]]:
    """(complete, answer with quantifiers, answer of the instances) of all obligations without lemmas."""
    told: Counter[tuple[bool, str, str]] = Counter()
    for goal in every.form.model.goals:
        try:
            found = obligations(every.form, (), goal) if goal.kind in PROVABLE else ()
        except Refused:
            continue
        pairs = [(o, i) for o in found if (i := instances(every.form.signature, o)) is not None]
        quantified = solve_all([Script(o.smtlib) for o, _ in pairs])
        by_instances = solve_all([Script(i.smtlib) for _, i in pairs])
        for (_, i), a, b in zip(pairs, quantified, by_instances, strict=True):
            told[i.complete, a.result, b.result] += 1
    return told


@pytest.mark.parametrize(
    ("stem", "instance", "faults", "wanted"),
    [
        ("lock", None, "one_crash", {(True, "sat", "sat"): 2, (True, "unsat", "unsat"): 4}),
        (
            "two_phase_commit",
            "hasty",  # a majority, by quorums, decides
            "none",
            {(True, "sat", "sat"): 5, (True, "unsat", "unsat"): 8, (False, "sat", "sat"): 1, (False, "unsat", "unsat"): 2},
        ),
        ("bugs/claim_race", "repaired", "none", {(True, "sat", "sat"): 4, (True, "unsat", "unsat"): 3}),
    ],
)
def test_instances_agree(stem: str, instance: str | None, faults: str, wanted: dict[tuple[bool, str, str], int]) -> None:
    assert agreement(every_size(of_corpus(stem, instance, faults))) == wanted


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_instances_agree_in_the_corpus() -> None:
    told: Counter[tuple[bool, str, str]] = Counter()
    for path in sorted(SPECS.rglob("*.spec")):
        target = read_target(str(path))
        stem = str(path.relative_to(SPECS).with_suffix(""))
        for instance, faults in target.pairs()[:2]:
            try:
                every = every_size(of_corpus(stem, target.instance_name(instance), faults))
            except Refused:
                continue
            if every.open:
                told += agreement(every)
    assert {(a, b) for complete, a, b in told if complete} == {("sat", "sat"), ("unsat", "unsat")}
    assert (False, "sat", "unsat") not in told
    assert told[True, "unsat", "unsat"] > 300


def test_two_phase_commit_is_decided_by_few() -> None:
    every = every_size(of_corpus("two_phase_commit", "three"))
    found = obligations(every.form, two_phase_lemmas(every.form.model), goal_of(every.form.model, "consistent"))
    sizes = deciding_sizes(every.form, found)
    assert None not in sizes
    assert max(size["Participant"] for size in sizes if size) == 3


def test_a_violation_shows_within_the_sizes() -> None:
    every, found = asked(of_corpus("lock", None, "one_crash"), "together")
    for obligation in found:
        decided = instances(every.form.signature, obligation)
        assert decided is not None
        assert decided.complete
        counterexample = smallest(every.form, obligation, every.model_at)
        if counterexample is not None:
            assert counterexample.sizes["Client"] <= decided.sizes["Client"]


def test_a_circle_of_functions_is_not_decided_by_sizes() -> None:
    """A task has an owner, and an agent has a task: from each element one comes to another, without end."""
    every, found = asked(of_corpus("bugs/claim_race", "repaired", lemmas=(CLAIMED, BUSY)), "one_implementer")
    by_instances = [instances(every.form.signature, o) for o in found]
    assert {a.result for a in solve_all([Script(o.smtlib) for o in found])} == {"unsat"}
    assert [one.complete for one in by_instances if one is not None].count(False) > 0
    assert None in deciding_sizes(every.form, found)
