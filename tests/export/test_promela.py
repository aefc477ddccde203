"""The text of exported programs, its expressions, and the command that writes it."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.api import load
from checker.cli.main import main
from checker.export.names import field_titles, identifiers
from checker.export.promela import promela, storage
from checker.export.promela_expressions import LARGEST_EXPRESSION, shared, written
from checker.ground.graph import Graph, Unsupported
from checker.ground.program import ground
from tests.ground.straight_line import evaluated

HERE = Path(__file__).parent / "protocols"

# to write one again: teamcheck export tests/export/protocols/NAME.spec --to promela --faults FAULTS --output NAME.pml
golden = pytest.mark.parametrize(("name", "faults"), [("turnstile", "one_crash"), ("drift", "none")])


@golden
def test_the_text(name: str, faults: str) -> None:
    program = promela(ground(load(str(HERE / f"{name}.spec"), faults=faults)))
    assert program.text == (HERE / f"{name}.pml").read_text(encoding="utf-8")


def test_every_golden_text_is_looked_at() -> None:
    assert {path.stem for path in HERE.glob("*.pml")} == {"turnstile", "drift"}


def test_what_the_assertions_mean() -> None:
    program = promela(ground(load(str(HERE / "turnstile.spec"))))
    assert program.assertions == {
        "together": "holds_together",
        "never_broken": "holds_never_broken",
        "waits": "never_waits",
        "no deadlock": "holds_no_deadlock",
        "no error": "holds_no_error",
    }
    assert program.undefined["never_broken"] == "has_value_never_broken"
    assert program.left_out == ("over", "no livelock")
    assert program.extra_states == 0
    assert promela(ground(load(str(HERE / "drift.spec")))).extra_states == 1


def test_a_form_can_be_written_twice() -> None:
    form = ground(load(str(HERE / "letters.spec"), faults="post"))
    nodes = len(form.graph.code)
    assert promela(form).text == promela(form).text
    assert len(form.graph.code) == nodes


def test_fields_are_named_after_what_they_hold() -> None:
    titles = field_titles(ground(load(str(HERE / "letters.spec"), faults="post")))
    assert titles[:3] == ["Guest.heard", "Clerk.served", "Clerk.close"]
    assert "Ask[Clerk] length" in titles
    assert "Ask[Clerk][1].t" in titles


def test_names_are_identifiers_and_all_different() -> None:
    assert identifiers(["a[T0]", "a T0", "a_T0_2", "a.T0", "é"], "v_") == ["v_a_T0", "v_a_T0_2", "v_a_T0_2_2", "v_a_T0_3", "v_x"]


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0, 1, "bit"),
        (0, 2, "byte"),
        (1, 255, "byte"),
        (0, 256, "short"),
        (-1, 0, "short"),
        (-32768, 32767, "short"),
        (0, 32768, "int"),
        (-32769, 0, "int"),
    ],
)
def test_each_interval_has_the_smallest_type(low: int, high: int, kind: str) -> None:
    assert storage(low, high) == kind


# --- expressions --------------------------------------------------------------------------------------------------------

FIELDS = ((-5, 5), (-3, 2), (0, 7), (0, 1), (1, 4))
NUMBERS = ("add", "sub", "mul", "div", "mod", "min", "max", "eq", "lt", "le", "ne")
TRUTHS = ("both", "either")
BITS = ("bitand", "bitor", "bitclear", "shl", "shr")


def random_graph(seed: int, size: int = 40) -> Graph:
    """Nodes of every operation over the fields; numbers stay small."""
    choose = random.Random(seed)
    graph = Graph()
    nodes = [graph.field(number, low, high) for number, (low, high) in enumerate(FIELDS)]
    nodes += [graph.const(value) for value in (-2, 0, 3)]
    while len(nodes) < size:
        kind = choose.choice(("number", "truth", "bits", "select", "not", "popcount"))
        a, b = choose.choice(nodes), choose.choice(nodes)
        truths = [n for n in nodes if graph.low[n] >= 0 and graph.high[n] <= 1]
        plain = [n for n in nodes if graph.low[n] >= 0 and graph.high[n] <= 8]
        match kind:
            case "number":
                made = getattr(graph, choose.choice(NUMBERS))(a, b)
            case "truth":
                made = getattr(graph, choose.choice(TRUTHS))(choose.choice(truths), choose.choice(truths))
            case "bits":
                made = getattr(graph, choose.choice(BITS))(choose.choice(plain), choose.choice(plain))
            case "select":
                made = graph.select(choose.choice(truths), a, b)
            case "not":
                made = graph.negate(choose.choice(truths))
            case _:
                made = graph.popcount(choose.choice(plain))
        if abs(graph.low[made]) <= 10_000 and abs(graph.high[made]) <= 10_000:
            nodes.append(made)
    return graph


@pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")
@pytest.mark.parametrize("seed", range(4))
def test_expressions_have_the_values_of_their_nodes(tmp_path: Path, seed: int) -> None:
    """Promela's expressions are those of C, but for `->` and `:` in conditions."""
    graph = random_graph(seed)
    names = {node: f"f{code[1]}" for node, code in enumerate(graph.code) if code[0] == "field"}
    samples = random.Random(seed)
    states = [[samples.randint(low, high) for low, high in FIELDS] for _ in range(300)]
    texts = [written(graph, node, names).replace("->", "?") for node in range(len(graph.code))]
    lines = [f'printf("%d ", (int) ({text}));' for text in texts]
    given = ", ".join(f"int f{number}" for number in range(len(FIELDS)))
    calls = [f"  line({', '.join(map(str, state))});" for state in states]
    program = ["#include <stdio.h>", f"static void line({given}) {{", *lines, 'puts("");', "}", "int main(void) {", *calls, "}"]
    (tmp_path / "all.c").write_text("\n".join(program), encoding="utf-8")
    subprocess.run(["cc", "-w", "-fsanitize=undefined", "-fno-sanitize-recover", "-o", "all", "all.c"], cwd=tmp_path, check=True)
    said = subprocess.run(["./all"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert [list(map(int, line.split())) for line in said.splitlines()] == [evaluated(graph, state) for state in states]


def test_an_expression_has_no_more_brackets_than_it_needs() -> None:
    graph = Graph()
    a, b, c = (graph.field(number, 0, 9) for number in range(3))
    names = {a: "a", b: "b", c: "c"}
    small, large = graph.lt(a, b), graph.le(c, graph.const(4))
    assert written(graph, graph.both(graph.both(small, large), graph.eq(a, c)), names) == "a < b && 4 >= c && a == c"
    assert written(graph, graph.negate(graph.either(small, graph.eq(a, c))), names) == "!(a < b || a == c)"
    assert written(graph, graph.select(small, graph.add(a, c), b), names) == "(a < b -> (a + c) : b)"
    assert written(graph, graph.div(a, graph.const(3)), names) == "a / 3"


def test_what_is_used_twice_is_worth_a_temporary_unless_it_is_short() -> None:
    graph = Graph()
    a, b = graph.field(0, 0, 9), graph.field(1, 0, 9)
    short, long = graph.add(a, b), graph.mul(graph.add(a, b), b)
    assert shared(graph, [short, short], {a: "a", b: "b"}) == []
    assert shared(graph, [long], {a: "a", b: "b"}) == []
    assert shared(graph, [long, graph.sub(long, a)], {a: "a", b: "b"}) == [long]


def test_an_expression_that_would_be_too_long_is_refused() -> None:
    graph = Graph()
    node = graph.field(0, 0, 1)
    other = graph.field(1, 0, 1)
    for _ in range(LARGEST_EXPRESSION.bit_length()):  # each is written at least twice in the next one
        node = graph.mod(graph.add(node, graph.mul(other, graph.add(node, graph.const(1)))), graph.const(7))
    with pytest.raises(Unsupported, match="too long"):
        written(graph, node, {})


# --- the command --------------------------------------------------------------------------------------------------------


def test_the_program_goes_to_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["export", str(HERE / "turnstile.spec"), "--to", "promela", "--faults", "one_crash"])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    assert said.out == (HERE / "turnstile.pml").read_text(encoding="utf-8")


def test_or_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written_to = tmp_path / "drift.pml"
    code = main(["export", str(HERE / "drift.spec"), "--to", "promela", "--output", str(written_to)])
    said = capsys.readouterr()
    assert (code, said.out, said.err) == (0, "", "")
    assert written_to.read_text(encoding="utf-8") == (HERE / "drift.pml").read_text(encoding="utf-8")


def test_parameters_are_set_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.team").write_text("protocol p(n: 1..9 = 2)\nshared x: 0..9 = n\nrole A:\n    action a when x > 0: x -= 1\n")
    assert main(["export", str(tmp_path / "p.team"), "--to", "promela", "--set", "n=7"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("/* p, instance default, faults none: n = 7\n")
    assert "\nbyte v_x = 7; /* x */\n" in said


LARGE = """protocol large()
shared seen: set[0..300] = {}
role A:
    action look when 3 not in seen:
        seen += {3}
"""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["large.team", "--to", "promela"], "T931"),
        (["large.team", "--to", "promela", "--output", "no/such/folder/x.pml"], "T681"),
        (["large.team", "--to", "promela", "--faults", "pear"], ""),
        (["missing.team", "--to", "promela"], "T6"),
    ],
)
def test_what_cannot_be_written_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    (tmp_path / "large.team").write_text(LARGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["export", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error[{code or 'T'}")


@pytest.mark.parametrize("words", [["x.team"], ["x.team", "--to", "tla"]])
def test_a_language_that_is_not_there_is_2(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["export", *words]) == 2
    assert "--to" in capsys.readouterr().err
