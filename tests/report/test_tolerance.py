"""The table of faults and what would mend a protocol, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from referencing import Registry, Resource

from checker import api
from checker.properties.tolerance.result import Cell, Row, Tolerance
from checker.report.mending import render as render_mendings
from checker.report.terminal import Style
from checker.report.tolerance import render
from checker.report.tolerance_json import mendings_data, to_data

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "checker" / "report"


def schema(name: str) -> Any:
    return json.loads((REPORT / name).read_text(encoding="utf-8"))


def validate(data: object, name: str) -> None:
    registry: Any = Registry().with_resource("schema.json", Resource.from_contents(schema("schema.json")))
    jsonschema.Draft202012Validator.check_schema(schema(name))
    jsonschema.Draft202012Validator(schema(name), registry=registry).validate(data)


def spec(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.spec")


def test_the_data_is_as_the_schema_says() -> None:
    validate(to_data(api.tolerate(spec("lock"), faults="crash Client, restart Client, repeat Client")), "tolerate_schema.json")
    validate(to_data(api.tolerate(spec("lock"), faults="crash Client", states_limit=3)), "tolerate_schema.json")
    validate(mendings_data(api.mend(spec("seed_leased"), instance="unleased", faults="one_crash")), "mend_schema.json")
    validate(mendings_data(api.mend(spec("dining"))), "mend_schema.json")


def row(name: str, none: str, *cells: tuple[str, str, str], kind: str = "always") -> Row:
    made = [Cell(fault=f, one=a, two=b, unlimited=c) for f, (a, b, c) in zip(FAULTS, cells, strict=True)]  # type: ignore[arg-type]
    return Row(name=name, kind=kind, text=None, place="", none=none, cells=tuple(made), breaking=())  # type: ignore[arg-type]


FAULTS = ("crash W", "lose Message")
H, V, U = "holds", "violated", "unknown"
TABLE = Tolerance(
    protocol="p",
    spec="p.spec",
    instance="pair",
    faults=FAULTS,
    most=2,
    rows=(
        row("a", H, (V, V, V), (H, V, V)),
        row("b", H, (H, H, V), (H, H, H)),
        row("c", V, (V, V, V), (V, V, V)),
        row("d", H, (U, V, V), (H, U, U)),
        row("e", V, (H, H, H), (V, V, V), kind="sometimes"),
        row("f", H, (H, H, H), (H, H, H), kind="sometimes"),
    ),
    seconds=0.5,
)


def test_a_table() -> None:
    assert render(TABLE).split("\n\n")[1:3] == [
        """\
       none       crash  lose
                  W      Message
    a  holds      1      2
    b  holds      3+     -
    c  violated
    d  holds      ?      ? above 1
    e  not        1      -
    f  reached""",
        """\
    1, 2: so many of this fault alone break the property; 3+: more than two do; -: no number does
    of a `sometimes`: with so many it is reached
    looked at: every set of up to 2 faults, and one or two kinds without limit
    ?: not known; it is no pass""",
    ]


def test_a_wide_table_is_told_in_parts() -> None:
    wide = render(TABLE, Style(width=32))
    assert wide.count("    a  holds") == 2
    assert max(map(len, wide.split("\n\n")[1].splitlines())) <= 32


@pytest.mark.parametrize("command", ["tolerate", "mend"])
def test_text_for_people(command: str) -> None:
    """Every line but the command that shows a trace again fits."""
    path = spec("lock")
    text = render(api.tolerate(path)) if command == "tolerate" else render_mendings(api.mend(path, faults="one_crash"))
    wide = [
        line for line in text.splitlines() if len(line) > 100 and not line.startswith(("  again: ", "eventually", "never", "no "))
    ]
    assert wide == []
    assert text.endswith(" s)\n")


def test_an_unknown_makes_the_table_not_whole() -> None:
    assert TABLE.exit_code == 3
    assert replace(TABLE, rows=TABLE.rows[:3]).exit_code == 0
    assert replace(TABLE, rows=TABLE.rows[:3], interrupted=True).exit_code == 3
