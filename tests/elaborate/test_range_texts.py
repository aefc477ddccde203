"""A value outside its type: the error names the variable, or the value's own name, and its place."""

from __future__ import annotations

import pytest

from tests.elaborate.lowered import graph_of
from tests.elaborate.test_stores import one_step

T = "ids T * 2\n"
E = "record E: n: 0..3, m: map[0..1, 0..3]\nshared e: E = E(n: 3, m: 3)\n"
N = "shared n: 0..9 = 8\n"
TEXTS: list[tuple[str, tuple[str, ...], str, str]] = [
    ("shared x: 0..2 = 2\n", ("x += 1",), "`x` would be 3, which is not in 0..2", "5:9"),
    (T + "shared x: map[T, 0..2] = 2\n", ("choose t in T", "x[t] = x[t] + 1"), "`x[T0]` would be 3, which is not in 0..2", "7:9"),
    (N + "shared x: map[bool, 0..2] = 2\n", ("x = n",), "`x` would be 8, which is not in 0..2", "6:9"),
    (
        "shared x: map[bool, 0..2] = 2\n",
        ("x = {b: x[b] + 1 for b in B}",),
        "`x` would be {false: 3, true: 3}, which is not in map[bool, 0..2]",
        "6:9",
    ),
    (E, ("e.n += 1",), "`e.n` would be 4, which is not in 0..3", "6:9"),
    (E, ("let k = 1", "e.m[k] += 1"), "`e.m[1]` would be 4, which is not in 0..3", "7:9"),
    ("shared q: seq[0..3, max 2] = [1, 2]\n", ("q[1] = q[1] + 2",), "`q[1]` would be 4, which is not in 0..3", "5:9"),
    (
        "shared q: seq[0..3, max 2] = [1, 2]\n",
        ("q = append(q, 1)",),
        "`q` would be [1, 2, 1], which is not in seq[0..3, max 2]",
        "5:9",
    ),
    (N + "message M(n: 0..3) to W\n", ("send M(n) to self",), "`n` is 8, not in 0..3", "6:16"),
    (N + "message M(n: 0..3) to W\n", ("send M(n + 1) to self",), "value 9 is not in 0..3", "6:16"),
    (N + "shared m: map[0..3, bool] = false\n", ("m[n] = true",), "`n` is 8, not in 0..3", "6:11"),
]


@pytest.mark.parametrize(("declarations", "statements", "text", "place"), TEXTS, ids=[f"{s[-1]}" for _, s, _, _ in TEXTS])
def test_what_was_to_have_the_value(declarations: str, statements: tuple[str, ...], text: str, place: str) -> None:
    if " in B}" in statements[0]:
        declarations = "type B = bool\n" + declarations
    graph = graph_of(one_step(declarations.rstrip("\n"), *statements))
    _, _, failure = graph.failures[0]
    assert (failure.kind, failure.text, str(failure.at)) == ("range", text, f"test.team:{place}")


def test_an_agents_own_variable() -> None:
    graph = graph_of("protocol p\nrole W * 2:\n    var tries: 0..2 = 0\n    action a:\n        tries += 1\n")
    assert {failure.text for _, _, failure in graph.failures} == {
        "`W0.tries` would be 3, which is not in 0..2",
        "`W1.tries` would be 3, which is not in 0..2",
    }


def test_what_an_await_keeps_is_never_outside() -> None:
    """The cells of frames are no names of the user: their types hold whatever is put there."""
    text = "protocol p\nshared n: 0..9 = 9\nrole W:\n    run:\n        let k = n + 1\n        await llm\n        n = k\n"
    assert [f.text for _, _, f in graph_of(text).failures] == ["`n` would be 10, which is not in 0..9"]
