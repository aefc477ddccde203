"""SPIN on an exported program, and what it has to say for a model that was explored by the reference."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from checker.engines.explicit import explore
from checker.engines.state_graph import StateGraph
from checker.export.promela import Promela, promela
from checker.ground.program import ground
from checker.model.model import Model
from checker.properties.search import Search
from checker.properties.table import CHECKERS
from checker.semantics.interpreter import Interpreter

MISSING = [tool for tool in ("spin", "cc") if shutil.which(tool) is None]
DEPTH = 200_000  # no path of a search to be compared is longer
COMPILE = ["cc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What SPIN found. `failed`: the names in assertions that failed; `complaints`: every error that is no assertion."""

    states: int
    transitions: int
    errors: int
    failed: frozenset[str]
    complaints: tuple[str, ...]


def run_spin(program: str, folder: Path) -> Answer:
    """The answer of SPIN on a program. -o2: it would take states together that differ in values it knows to be dead."""
    (folder / "model.pml").write_text(program, encoding="utf-8")
    made = _run(["spin", "-o2", "-a", "model.pml"], folder)
    assert "rror" not in made, made
    _run(COMPILE, folder)
    said = _run(["./pan", "-c0", f"-m{DEPTH}", "-w18"], folder)
    errors = re.findall(r"^pan:\d+: (.*) \(at depth", said, re.M)
    failed = [re.fullmatch(r"assertion violated (\w+)", error) for error in errors]
    complaints = [error for error, match in zip(errors, failed, strict=True) if match is None]
    return Answer(
        states=_number(r"(\d+) states, stored", said),
        transitions=_number(r"(\d+) transitions", said),
        errors=_number(r"errors: (\d+)", said),
        failed=frozenset(match[1] for match in failed if match is not None),
        complaints=(*complaints, *re.findall(r"error: .*", said)),
    )


def _run(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}"
    return done.stdout


def _number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    assert found is not None, said
    return int(found[1])


def disagreements(model: Model, folder: Path, most_states: int | None = None) -> list[str] | None:
    """What SPIN says otherwise than the reference; None where the reference finds more than `most_states`."""
    graph = explore(model, states_limit=most_states)
    if not graph.complete:
        return None
    program = promela(ground(model))
    answer = run_spin(program.text, folder)
    wrong = list(answer.complaints)
    if answer.states != graph.distinct + program.extra_states:
        wrong.append(f"{answer.states} states, not {graph.distinct} + {program.extra_states}")
    return wrong + _transitions(program, answer, graph) + _verdicts(program, answer, graph)


def _transitions(program: Promela, answer: Answer, graph: StateGraph) -> list[str]:
    """SPIN counts the start as one transition more, and one for each state that violates a property of states.

    (A property of steps, and a step that fails, are an error within a transition that is counted anyway. Where there are several
    initial states, the ways to them are counted too, those in its atomic beginning included.)
    """
    if program.extra_states:
        return []
    if graph.transitions <= answer.transitions - 1 <= graph.transitions + answer.errors:
        return []
    return [f"{answer.transitions} transitions with {answer.errors} errors, not {graph.transitions} + 1"]


def _verdicts(program: Promela, answer: Answer, graph: StateGraph) -> list[str]:
    search = Search(graph, Interpreter(graph.model))
    wrong = []
    for goal in graph.model.goals:
        if goal.name not in program.assertions:
            continue
        expected = CHECKERS[goal.kind](search, goal).verdict
        hit, otherwise = ("holds", "violated") if goal.kind == "sometimes" else ("violated", "holds")
        if program.assertions[goal.name] in answer.failed:
            verdict = hit
        else:
            verdict = "unknown" if program.undefined[goal.name] in answer.failed else otherwise
        if verdict != expected:
            wrong.append(f"{goal.name}: {verdict}, not {expected}")
    return wrong
