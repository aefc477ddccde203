"""Runs of the seed study's form that the study does not have: other teams, chains and rounds; cut short; with one record changed. The oracle
says what is right."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from checker.api import conform, load
from checker.conformance.beliefs import Limits
from checker.conformance.logs.decide import Undecided
from checker.conformance.result import Conformance
from checker.language.types import element
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, Transition
from tests.conformance.brute import Brute, Done, Part, Told, Took
from tests.conformance.oracle import random_run
from tests.conformance.seed_runs import ASSIGNED, BOARD, MAP

TYPES = {
    "round": "round_start",
    "reply": "agent_reply",
    "claim": "claim_task",
    "blocked": "claim_blocked",
    "complete": "complete_task",
    "test": "run_tests",
}
CHAIN = "chain = 4, needs = {1: {0}, 2: {0, 1}, 3: {2}}, first = 1, share = {0: 2, 1: 1, 2: 2}"
TEAMS = {
    "board": (BOARD, "agents = 3, chain = 3, free = 2"),
    "board of 6": (BOARD, "agents = 2, chain = 5, free = 1"),
    **{gate: (ASSIGNED, f"agents = 3, {CHAIN}, gate = {gate}") for gate in ("nothing", "dependencies", "claim")},
}


def loaded(folder: Path, team: str) -> tuple[Path, Model]:
    protocol, values = TEAMS[team]
    spec = folder / "x.spec"
    spec.write_text(f'spec x for "{protocol}"\n\ninstance logged: {values}\n')
    return spec, load(spec, "logged")


def record(model: Model, transition: Transition) -> dict[str, Any]:
    """As the study's logs tell of a step: which task is never said, who only in replies and claims."""
    name = model.steps[transition.step].name.split(".")[1]
    kind = TYPES[name.split("_")[0]]
    named = kind in ("agent_reply", "claim_task")
    return {"type": kind, **({"agent": f"Dev{int(transition.agent) + 1}"} if named else {})}  # type: ignore[call-overload]


def told(model: Model, records: list[dict[str, Any]]) -> list[Told]:
    found = []
    for place, one in enumerate(records):
        word = next(word for word, kind in TYPES.items() if kind == one["type"]) if one["type"] != "run_end" else ""
        steps = frozenset(s.name for s in model.steps if word and s.name.split(".")[1].split("_")[0] == word)
        agent = int(one["agent"][3:]) - 1 if "agent" in one else None
        part: Part = Took(steps, agent) if word else Done(bool(one.get("success")))
        found.append(Told((part,), frozenset(range(place))))
    return found


def changed(records: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """One record left out, twice, moved, of another agent, of another kind; or the run ends here, done or not."""
    found = list(records)
    place = random.randrange(len(found))
    match random.randrange(6):
        case 0:
            del found[place]
        case 1:
            found.insert(place, found[place])
        case 2:
            found.insert(random.randrange(len(found)), found.pop(place))
        case 3:
            found[place] = {**found[place], **({"agent": f"Dev{random.randint(1, 2)}"} if "agent" in found[place] else {})}
        case 4:
            found[place] = {k: v for k, v in found[place].items() if k != "agent"} | {"type": random.choice([*TYPES.values()])}
        case 5:
            found = [*found[:place], {"type": "run_end", "success": random.random() < 0.5}]
    return found


def verdicts(folder: Path, spec: Path, runs: list[list[dict[str, Any]]], candidates: int) -> Conformance:
    log = folder / "log.jsonl"
    log.write_text("".join(json.dumps({**one, "run": str(n)}) + "\n" for n, run in enumerate(runs) for one in run))
    return conform(spec, log, map=MAP, instance="logged", candidates=candidates)


@pytest.mark.parametrize("candidates", [Limits().candidates, 2])
@pytest.mark.parametrize("team", TEAMS)
def test_held_out_runs(tmp_path: Path, team: str, candidates: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With so few candidates nearly all are decided in other ways than by a list: those with an even number by sets of states alone."""
    among_some = Undecided._among_some
    monkeypatch.setattr("checker.conformance.logs.decide.QUICK", 0)
    monkeypatch.setattr(Undecided, "_among_some", lambda of: among_some(of) if len(of.seen) % 2 else None)
    random, met = Random(team), Counter[str]()
    spec, model = loaded(tmp_path, team)
    interpreter, brute = Interpreter(model), Brute(Interpreter(model))
    assert all(element(sort, 0).startswith(sort.name) for sort in model.sorts)
    runs = [[record(model, t) for t in random_run(interpreter, random, random.randint(15, 40))] for _ in range(6)]
    cut = [run[: random.randint(1, len(run))] for run in runs]
    assert {run.verdict for run in verdicts(tmp_path, spec, [*runs, *cut], candidates).runs} == {"conforms"}
    others = [one for run in runs for _ in range(6) if (one := changed(run, random))]
    for one, found in zip(others, verdicts(tmp_path, spec, others, candidates).runs, strict=True):
        expected = "conforms" if brute.explains(told(model, one), frozenset()) else "violates"
        assert found.verdict == expected, one
        met[expected] += 1
    assert min(met["conforms"], met["violates"]) >= 5
