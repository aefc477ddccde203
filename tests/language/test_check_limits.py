"""Protocols that are short to write and endless to handle are refused where the limit is passed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from checker.api import load
from checker.language.check import check
from checker.language.checking import limits
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, read_source
from checker.language.source import Source


def errors(text: str, path: str = "p.team") -> list[tuple[str, int, str]]:
    """The code, the line and the title of each error."""
    protocol = parse_protocol(Source(path, text))
    with pytest.raises(BadInput) as caught:
        check(protocol)
    return [(e.code, e.span.line if e.span else 0, e.title_text) for e in caught.value.diagnostics]


def protocol(*lines: str, guard: str = "x", actions: int = 1) -> str:
    role = ["role W:", *(f"    action a{i} when {guard}:\n        pass" for i in range(actions))]
    return "\n".join(["protocol p()", "shared x: bool = true", *lines, *role]) + "\n"


def backwards(line: str, last: str, count: int = 60) -> Iterable[str]:
    """Lines of which each needs the next."""
    return [*(line.format(here=f"n{i}", next=f"n{i - 1}") for i in range(count, 0, -1)), last]


def test_defs_that_call_others_twice() -> None:
    doubling = ["def f0(): x", *(f"def f{i}(): f{i - 1}() and f{i - 1}()" for i in range(1, 40))]
    found = errors(protocol(*doubling, guard="f39()"))
    assert found == [
        ("T705", 19, "`f16` is too large with the defs in place: 131,071 operations"),
        ("T705", 35, "`f32` is too large with the defs in place: 131,071 operations"),
    ]


def test_arguments_that_stand_twice() -> None:
    nested = "f(" * 40 + "x" + ")" * 40
    found = errors(protocol("def f(a: bool): a and a", guard=nested))
    assert found == [("T705", 5, "`f` is too large with the defs in place: more than 1,000,000,000,000 operations")]


def test_large_defs_called_often() -> None:
    doubling = ["def f0(): x", *(f"def f{i}(): f{i - 1}() and f{i - 1}()" for i in range(1, 15))]
    (found,) = errors(protocol(*doubling, guard="f14()", actions=70))
    assert found == ("T705", 141, "the calls up to here are too large with the defs in place: 2,031,554 operations")


def test_defs_within_defs_too_deep() -> None:
    chain = ["def f0(): x", *(f"def f{i}(): not f{i - 1}()" for i in range(1, 200))]
    assert errors(protocol(*chain, guard="f45() and f90() and f135() and f180()")) == [("T703", 153, "this is nested too deeply")]


@pytest.mark.parametrize(
    ("line", "last", "declared"),
    [
        ("type {here} = {next}", "type n0 = 0..1", "shared y: n60 = 0"),
        ("record {here}: a: {next}", "record n0: a: bool", "message M(r: n60) to W"),
        ("const {here}: 0..1 = {next}", "const n0: 0..1 = 1", "shared y: 0..n60 = 0"),
        ("def {here}(): not {next}()", "def n0(): x", "def z(): n60()"),
    ],
)
def test_names_that_need_the_next(line: str, last: str, declared: str) -> None:
    found = errors(protocol(declared, *backwards(line, last)))
    assert {(code, title) for code, _, title in found} == {
        ("T706", "this is made of others that are made of others, more than 50 times")
    }
    assert len(found) <= 2


def test_activities_of_a_role() -> None:
    check(parse_protocol(Source("p.team", protocol(actions=256))))
    assert errors(protocol(actions=300)) == [("T701", 516, "`W` has 300 activities")]


def test_a_hundred_elifs() -> None:
    arms = "".join(f"        elif n == {i}:\n            pass\n" for i in range(100))
    head = "protocol p()\nshared n: 0..200 = 0\nrole W:\n    action a:\n        if n == 200:\n            pass\n"
    check(parse_protocol(Source("p.team", head + arms[: arms.rindex("        elif")])))
    assert errors(head + arms) == [("T703", 205, "this is nested too deeply")]


def test_imports_that_import_the_same_twice(tmp_path: Path) -> None:
    for number in range(24):
        again = f'import "f{number + 1}.team" as a\nimport "f{number + 1}.team" as b\n' if number < 23 else ""
        (tmp_path / f"f{number}.team").write_text(f"protocol f{number}()\n{again}role W\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        check(parse_protocol(read_source(str(tmp_path / "f0.team"))))
    (error,) = caught.value.diagnostics
    assert (error.code, error.title_text[:35]) == ("T707", "more than 200 files are imported, t")


TABLES = ("role W", "ids T * 30", "type Table = map[T, set[T]]")


def test_a_start_in_a_type_without_end() -> None:
    assert errors(protocol(*TABLES, "shared t: Table in Table")) == [
        ("T701", 6, "`map[T, set[T]]` has more than 1,000,000,000,000 values")
    ]


def test_a_quantifier_over_a_type_without_end() -> None:
    assert errors(protocol(*TABLES, "shared b: bool = all(t in Table: true)")) == [
        ("T701", 6, "the names that `all` binds have more than 1,000,000,000,000 combinations of values"),
        ("T701", 6, "`map[T, set[T]]` has more than 1,000,000,000,000 values"),
    ]


def test_quantifiers_within_quantifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BOUND", 10_000)
    lines = (
        "role W",
        "ids T * 8",
        "type Group = set[T]",
        "shared b: bool = all(g in Group: len(those(h in Group: h == g)) == 1)",
    )
    assert errors(protocol(*lines)) == [
        ("T412", 6, "an initial value has no value: with more than 10,000 values to go through it takes too long")
    ]


def test_maps_of_maps_of_maps() -> None:
    assert errors(protocol("role W", "ids T * 4000", "shared m: map[T, map[T, map[T, bool]]] = false")) == [
        ("T701", 5, "a value of `map[T, map[T, bool]]` has 16,000,000 parts")
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            ("role W * 500", "ids T * 500", "role W: var done: map[T, bool] = false"),
            ("T710", 5, "a state of this instance is too large: `W.done` alone has 250,000 cells"),
        ),
        (
            ("role W * 450", "message M() to W", "role W: action say: broadcast M to W"),
            ("T710", 4, "a state of this instance is too large: `M` alone has 202,500 cells"),
        ),
    ],
)
def test_a_state_too_large(tmp_path: Path, lines: tuple[str, ...], found: tuple[str, int, str]) -> None:
    path = tmp_path / "p.team"
    path.write_text(protocol(*lines))
    with pytest.raises(BadInput) as caught:
        load(path)
    assert [(e.code, e.span.line if e.span else 0, e.title_text) for e in caught.value.diagnostics] == [found]
