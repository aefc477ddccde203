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
