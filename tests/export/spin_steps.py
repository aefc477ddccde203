"""SPIN's verdicts, under its weak fairness of processes, on the claims of an exported program with a process for each step."""

from __future__ import annotations

from pathlib import Path

from checker.engines.explicit import explore
from checker.export.promela_steps import Claims, promela_steps
from checker.ground.graph import Unsupported
from checker.ground.program import ground
from checker.model.model import Model
from checker.properties.judge import judge
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter
from tests.export.spin import _number, _run

MOST = 6_000


def claims_of(model: Model) -> Claims | None:
    """The program; None where SPIN has no word for something."""
    try:
        return promela_steps(ground(model))
    except Unsupported:
        return None


def spin_verdicts(made: Claims, folder: Path) -> dict[str, str]:
    """Of each property that is a claim."""
    (folder / "model.pml").write_text(made.text, encoding="utf-8")
    said = _run(["spin", "-o2", "-a", "model.pml"], folder)
    assert "rror" not in said, said
    _run(["cc", "-O0", "-w", *made.options, "-o", "pan", "pan.c"], folder)
    return {name: _verdict(claim, folder) for name, claim in made.claims.items()}


def _verdict(claim: str, folder: Path) -> str:
    said = _run(["./pan", "-a", "-f", "-m1000000", "-N", claim], folder)
    assert "assertion violated holds_no_error" not in said, said
    assert "State-vector" in said, said
    if _number(r"errors: (\d+)", said):
        assert "acceptance cycle" in said or "assertion violated" in said, said
        return "violated"
    assert "max search depth too small" not in said, said
    return "holds"


def compared(model: Model, folder: Path, most: int = MOST) -> dict[str, tuple[str, str]]:
    """Of each property that SPIN can decide of a small model: its verdict and ours. SPIN keeps a copy of each state for each process under
    `-f`: `most` is how many there may be.
    """
    graph = explore(model, states_limit=most)
    made = claims_of(model) if graph.complete and not graph.failures else None
    if made is None or not made.claims or graph.distinct * made.text.count("proctype") > most:
        return {}
    search = Search(graph, Interpreter(model))
    ours = {goal.name: judge(search, goal).verdict for goal in model.goals if goal.name in made.claims}
    return {name: (verdict, ours[name]) for name, verdict in spin_verdicts(made, folder).items()}
