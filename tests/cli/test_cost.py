"""The command `cost`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Literal

import pytest

from checker import api
from checker.sizing.potential import child
from tests.cli.conftest import Teamcheck

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "specs" / "task_board.spec"
SPENDING = """protocol spending(workers: 1..3 = 2)
role Worker * workers
meter dollars
role Worker:
    var left: 0..1 = 1
    action go when left > 0:
        await llm(tokens: 30, dollars: 2) as going
        left -= 1
"""


@pytest.fixture
def spent(board: Path) -> Path:
    path = board / "protocols" / "spending.team"
    path.write_text(SPENDING, encoding="utf-8")
    return path


@pytest.mark.parametrize("limit", ["inf", "1e300"])
@pytest.mark.parametrize("command", [("cost",), ("check",), ("graph",), ("prove", "--time", "2")])
def test_more_memory_than_any_machine_has_is_no_limit(
    teamcheck: Teamcheck, spent: Path, command: tuple[str, ...], limit: str
) -> None:
    name, *options = command
    path = "specs/board.spec" if name == "prove" else "protocols/spending.team"
    said = teamcheck(name, path, *options, "--memory", limit)
    assert said.code in (0, 1, 3), said.err


def test_a_protocol_by_itself(teamcheck: Teamcheck, spent: Path) -> None:
    said = teamcheck("cost", "protocols/spending.team", "--traces", "none")
    assert (said.code, said.err) == (0, "")
    assert said.out.split("\n\n")[1] == (
        "             at this size  at every size\n"
        "    tokens   at most 60    at most 30 * workers\n"
        "    dollars  at most 4     at most 2 * workers\n"
        "    steps    at most 4     at most 2 * workers"
    )


def test_the_run_can_be_shown_again(teamcheck: Teamcheck, spent: Path) -> None:
    said = teamcheck("cost", "protocols/spending.team", "--meter", "dollars", "--no-every-size", "--set", "workers=1")
    command = next(line for line in said.out.splitlines() if line.startswith("  again: teamcheck "))
    again = teamcheck(*shlex.split(command)[2:])
    assert (again.code, "starts go, then waits at going" in again.out) == (0, True)


def test_as_json(teamcheck: Teamcheck, spent: Path) -> None:
    said = teamcheck("cost", "protocols/spending.team", "--meter", "tokens", "--format", "json", "-o", "cost.json")
    assert (said.code, said.out) == (0, "")
    (meter,) = json.loads(Path("cost.json").read_text(encoding="utf-8"))["meters"]
    assert (meter["worst"], meter["amount"], meter["bound"]["text"]) == ("at most", 60, "30 * workers")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (
            ("--meter", "token"),
            "error[T711]: nothing in `spending` adds to a meter `token`\nhelp: write `tokens`",
        ),
        (("--meter", "messages"), "error[T711]: nothing in `spending` adds to a meter `messages`"),
        (("--instance", "big"), "there is no instance `big`"),
        (("--set", "workers"), "`--set workers` is not NAME=VALUE"),
        (("--set", "workers=9"), "workers"),
        (("--faults", "crash Wrker <= 1"), "`crash` needs a role, and `Wrker` is none"),
    ],
)
def test_what_cannot_be_asked(teamcheck: Teamcheck, spent: Path, words: tuple[str, ...], title: str) -> None:
    said = teamcheck("cost", "protocols/spending.team", *words)
    assert (said.code, said.out) == (2, "")
    assert title in said.err


def test_a_limit_is_no_pass(teamcheck: Teamcheck, spent: Path) -> None:
    said = teamcheck("cost", "protocols/spending.team", "--states", "3", "--no-every-size")
    assert said.code == 3
    assert "tokens: unknown, at least 0: the search is incomplete: the limit of 3 states was reached" in said.out


@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_an_interrupt_keeps_what_is_known(engine: Literal["auto", "reference"]) -> None:
    """While a large graph is searched: what the first states say is a lower bound."""

    def interrupted(text: str) -> None:
        if engine == "reference" or int(text.split()[0].replace(",", "")) > 20_000:
            raise KeyboardInterrupt

    sizes = {"workers": 6, "tasks": 6}
    found = api.cost(BOARD, instance="crowd", overrides=sizes, meters=["tokens"], engine=engine, progress=interrupted)
    assert (found.interrupted, found.exit_code) == (True, 3)
    (meter,) = found.meters
    assert (meter.exact.worst, meter.bound) == ("at least", None)
    assert meter.exact.amount > 0
    assert "interrupted" in meter.exact.reason


def test_a_bound_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MOST_S", 0.2)
    (meter,) = api.cost(ROOT / "specs" / "patterns" / "lease.spec", meters=["tokens"]).meters
    assert (meter.bound, meter.no_bound) == (None, "not found within 0.2 s (--time gives it more)")
