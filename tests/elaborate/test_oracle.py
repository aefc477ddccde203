"""The lowering means what docs/language.md says: it agrees with the oracle, exactly, on generated protocols and on the corpus."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.elaborate.lower import elaborate
from checker.engines.explicit import explore
from checker.language import tree
from tests.elaborate.agreeing import KINDS, SPECS, Case, case_of, corpus, generated
from tests.elaborate.comparing import differences
from tests.elaborate.generator import Generated, protocols
from tests.elaborate.histories import disagreements

FAULTS = get_args(tree.FaultKind)
STEPS = ("start", "resume", "take", "timeout", "round")
FAILURES = ("range", "none", "empty", "assert", "overflow", "bound", "spawn", "order")

some = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def agree(case: Case, most: int) -> bool:
    """Fail where the two differ; whether the protocol was small enough to compare."""
    found = differences(case.checked, case.faults, most)
    if found:
        pytest.fail(f"{case.text}\n" + "\n".join(found[:6]))
    return found is not None


def agree_on_goals(case: Case, *, walks: int) -> Counter[str]:
    """Fail where the ghosts and the histories differ; how many violations of each kind were met."""
    met: Counter[str] = Counter()
    for goal in case.checked.properties:
        assert isinstance(goal, tree.Absence)
        problems, both = disagreements(case.checked, case.faults, goal, walks=walks, most=14)
        if problems:
            pytest.fail(f"{case.text}\n" + "\n".join(problems))
        met[goal.kind] += both.violations
    return met


# --- a few hundred ---------------------------------------------------------------------------------------------------


@settings(some, max_examples=160)
@given(protocols())
def test_generated_protocols_agree(text: Generated) -> None:
    case = case_of(text)
    if case is not None:
        agree(case, 80)


@pytest.mark.parametrize("fault", FAULTS)
def test_protocols_with_a_fault_agree(fault: str) -> None:
    cases = [case for case in generated(range(12), aim=fault) if case is not None]
    assert sum(agree(case, 80) for case in cases) >= 4


@settings(some, max_examples=30)
@given(protocols(shrinks=True))
def test_generated_protocols_that_shrink_agree(text: Generated) -> None:
    case = case_of(text)
    if case is not None:
        agree(case, 60)


@settings(some, max_examples=15)
@given(protocols())
def test_ghosts_agree_with_histories(text: Generated) -> None:
    case = case_of(text, goals=True)
    if case is not None:
        agree_on_goals(case, walks=2)


def test_ghosts_of_races_agree_with_histories() -> None:
    met: Counter[str] = Counter()
    for case in generated(range(40), goals=True, aim="race"):
        if case is not None:
            met += agree_on_goals(case, walks=4)
    assert set(met) == set(KINDS)


@pytest.mark.parametrize("name", ["task_board", "lock", "dining", "bugs/claim_race", "bugs/dead_worker", "patterns/lease"])
def test_small_protocols_of_the_corpus_agree(name: str) -> None:
    assert sum(agree(case, 140) for case in corpus([SPECS / f"{name}.spec"])) > 0


def test_most_generated_protocols_are_well_typed() -> None:
    cases = list(generated(range(200)))
    assert sum(case is not None for case in cases) >= 190


@given(st.integers(min_value=0, max_value=2**64 - 1))
@settings(some, max_examples=5)
def test_a_seed_makes_one_protocol(seed: int) -> None:
    assert [c.text if c else None for c in generated(range(seed, seed + 1))] == [
        c.text if c else None for c in generated(range(seed, seed + 1))
    ]


# --- thousands -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(0, 7_500, 500))
def test_thousands_of_protocols_agree(first: int) -> None:
    compared = sum(agree(case, 300) for case in generated(range(first, first + 500)) if case is not None)
    assert compared >= 250


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(10_000, 11_000, 250))
def test_thousands_of_walks_agree(first: int) -> None:
    met: Counter[str] = Counter()
    for aim in ("", "race", "race", "stale"):
        for case in generated(range(first, first + 60), goals=True, aim=aim):
            if case is not None:
                met += agree_on_goals(case, walks=6)
    assert set(met) == set(KINDS)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.spec")), ids=lambda path: path.stem)
def test_the_corpus_agrees(path: Path) -> None:
    for case in corpus([path]):
        agree(case, 2_000)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_generated_protocols_meet_everything() -> None:
    """Every fault, every kind of step and of failure happens in some of them: what never happens is compared with nothing."""
    met: Counter[str] = Counter()
    for case in generated(range(2_000)):
        if case is None:
            continue
        graph = explore(elaborate(case.checked, case.faults, []), states_limit=300)
        steps = {graph.model.steps[graph.classes[number][0]] for number in graph.edge_class} if graph.complete else set()
        met.update({step.fault.split()[0] if step.fault else step.kind for step in steps})
        met.update({failure.kind for _, _, failure in graph.failures} if graph.complete else ())
    assert not [name for name in (*FAULTS, *STEPS, *FAILURES) if not met[name]]
