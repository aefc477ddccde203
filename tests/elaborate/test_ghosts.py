"""Lost updates, stale writes and overwrites: who read which cell when, and who wrote it since."""

from __future__ import annotations

import pytest

from tests.elaborate.lowered import graph_of, marks

KINDS = ("no lost update on v", "no stale write on v", "no overwrite on v")


def violated(body: str, *, workers: int = 2, declarations: str = "shared v: 0..3 = 0") -> list[bool]:
    lines = "\n".join(f"        {line}" for line in body.strip().split("\n"))
    text = f"protocol p\n{declarations}\nrole W * {workers}:\n    run:\n{lines}\n"
    return [marks(graph_of(text, f"{kind}\n", goal=kind)) == {kind} for kind in KINDS]


def test_read_think_write_is_all_three() -> None:
    assert violated("let seen = v\nawait llm()\nv = 1") == [True, True, True]


def test_one_step_is_none() -> None:
    assert violated("v = min(v + 1, 3)") == [False, False, False]


def test_reading_again_after_the_await_is_none() -> None:
    assert violated("let seen = v\nawait llm()\nif v == 0:\n    v = 1") == [False, False, False]


def test_writing_blind_is_an_overwrite_only() -> None:
    assert violated("await llm()\nv = 1") == [False, False, True]


def test_one_agent_alone_loses_nothing() -> None:
    assert violated("let seen = v\nawait llm()\nv = 1", workers=1) == [False, False, False]


def test_another_cell_is_stale_but_not_lost() -> None:
    declarations = "ids T * 2, ordered\nshared v: map[T, 0..3] = 0"
    body = "let seen = v[T0]\nawait llm()\nif v[T1] < 2:\n    v[T1] += 1\n    v[T0] = 1"
    found = violated("let seen = v[T0]\nawait llm()\nv[T1] = seen", declarations=declarations)
    assert found == [False, False, True]  # nobody ever writes what they read
    assert violated(body, declarations=declarations)[1] is True


@pytest.mark.parametrize(("guard", "lost"), [("x and v == 0", True), ("false and v == 0", False)])
def test_a_read_that_evaluation_does_not_reach_is_no_read(guard: str, lost: bool) -> None:
    body = f"if {guard}:\n    pass\nawait llm()\nv = 1"
    assert violated(body, declarations="shared x: bool = true\nshared v: 0..3 = 0")[0] is lost


def test_a_quantifier_reads_every_cell() -> None:
    declarations = "ids T * 2, ordered\nshared v: map[T, 0..3] = 0"
    assert violated("let n = count(t in T: v[t] > 0)\nawait llm()\nv[T1] = 1", declarations=declarations)[0] is True


def test_what_was_read_is_forgotten_at_the_end_of_the_activity() -> None:
    text = """
        protocol p
        shared v: 0..1 = 0
        role W * 2:
            var looked: bool = false
            action look when not looked and v == 0:
                await llm()
                looked = true
            action write when looked:
                await tool()
                v = 1
        """
    assert marks(graph_of(text, "no lost update on v\n", goal="no lost update on v")) == set()


def test_the_main_model_has_no_ghosts() -> None:
    text = "protocol p\nshared v: 0..1 = 0\nrole W * 2:\n    run:\n        let s = v\n        await llm()\n        v = 1\n"
    graph = graph_of(text, "no lost update on v\nno deadlock\n")
    assert not [v for v in graph.model.variables if v.kind == "ghost"]


@pytest.mark.parametrize(("condition", "lost"), [("if x then 0 else v", False), ("if x then v else 0", True)])
def test_the_branch_that_is_not_taken_is_no_read(condition: str, lost: bool) -> None:
    body = f"let seen = {condition}\nawait llm()\nv = 1"
    assert violated(body, declarations="shared x: bool = true\nshared v: 0..3 = 0")[0] is lost


def test_a_choice_reads_for_the_one_that_is_chosen() -> None:
    declarations = "ids T * 2, ordered\nshared v: map[T, 0..3] = 0"
    body = "choose t in T where v[t] == 0 and t == first(T)\nawait llm()\nv[{}(T)] = 1"
    assert violated(body.format("first"), declarations=declarations)[0] is True
    assert violated(body.format("last"), declarations=declarations)[0] is False


def test_a_write_of_the_same_value_is_lost_and_makes_nothing_stale() -> None:
    assert violated("let seen = v\nawait llm()\nv = 0") == [True, False, True]


def test_to_write_a_part_of_a_cell_is_no_read_of_it() -> None:
    declarations = "record Pair: a: 0..1, b: 0..1\nshared v: Pair = Pair(a: 0, b: 0)"
    assert violated("let seen = v.a\nawait llm()\nv.b = 1", declarations=declarations) == [True, True, True]
    assert violated("await llm()\nv.b = 1", declarations=declarations) == [False, False, True]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("faults", "violated"), [("none", False), ("f", True)])
def test_a_stale_read_counts_as_made_before_the_write_that_it_misses(kind: str, faults: str, violated: bool) -> None:
    text = """
        protocol p
        shared v: 0..2 = 0
        role W * 2:
            action add when v < 2:
                v = v + 1
        """
    graph = graph_of(text, f"faults f: stale v <= 1\n{kind}\n", faults=faults, goal=kind)
    assert (marks(graph) == {kind}) is violated


def test_ones_own_write_that_a_stale_read_misses_is_no_lost_update() -> None:
    text = """
        protocol p
        shared v: 0..2 = 0
        role W:
            action add when v < 2:
                v = v + 1
        """
    for kind in KINDS:
        assert marks(graph_of(text, f"faults f: stale v <= 1\n{kind}\n", faults="f", goal=kind)) == set()


def test_what_was_read_is_forgotten_by_an_agent_that_stops_itself() -> None:
    text = """
        protocol p
        shared v: 0..2 = 0
        role W * 2:
            action quit when v < 2:
                stop self
                let seen = v
                await llm()
                v = 1
            action blind:
                await tool()
                v = 2
        role Boss:
            action again(w: W) when w is down:
                spawn w
        """
    assert marks(graph_of(text, "no lost update on v\n", goal="no lost update on v")) == set()
