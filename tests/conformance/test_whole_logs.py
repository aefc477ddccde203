"""From a protocol's runs to files and back: logs of the corpus and of generated protocols, with agents and ids under other names."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from checker.conformance.beliefs import Beliefs
from checker.conformance.logs.compile_map import compile_map
from checker.conformance.logs.follow import follow
from checker.conformance.logs.map_file import read_map
from checker.conformance.logs.names import Naming
from checker.conformance.result import Conformance
from checker.conformance.tracker import Tracker
from checker.ground.permute import mentions
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, show, values
from checker.model.model import Model
from checker.semantics.interpreter import Interpreter, Transition
from tests.conformance.boards import ROOT
from tests.conformance.oracle import generated_models, random_run, seen_of
from tests.conformance.test_tracker_oracle import mutated

BY_NAME = '[log]\nrun = "run"\nagent = "agent"\n\n[[record]]\nstep = "{step}"\n'


def to_json(type: Type, value: Value, name: dict[tuple[Sort, int], str]) -> Any:
    """The value as a program would log it; `name`: what it calls the elements of sorts, where that is not their own name."""
    match type:
        case Sort():
            return name.get((type, value), show(type, value))
        case Option(of):
            return None if value is None else to_json(of, value, name)
        case SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            return [to_json(of, one, name) for one in value]
        case Record(_, fields):
            return {field: to_json(of, one, name) for (field, of), one in zip(fields, value, strict=True)}
        case MapOf(key, of):
            return {to_json(key, k, name): to_json(of, one, name) for k, one in zip(values(key), value, strict=True)}
    return (
        json.loads(show(type, value))
        if isinstance(value, bool) or str(type)[:1].isdigit() or "-" in str(type)
        else show(type, value)
    )


def record_of(model: Model, transition: Transition, name: dict[tuple[Sort, int], str]) -> dict[str, Any]:
    step = model.steps[transition.step]
    record: dict[str, Any] = {"step": step.name}
    if step.agent is not None:
        record["agent"] = to_json(step.agent.type, transition.agent, name)
    for local, value in zip(step.parameters, transition.values, strict=True):
        record[f"p_{local.name}"] = to_json(local.type, value, name)
    return record


def followed(folder: Path, model: Model, records: list[dict[str, Any]]) -> Conformance:
    log = folder / "log.jsonl"
    log.write_text("".join(json.dumps({"run": "", **record}) + "\n" for record in records) or "{}")
    names = sorted({local.name for step in model.steps for local in step.parameters})
    given = ", ".join(f'"{name}" = "p_{name}"' for name in names)
    map = BY_NAME + (f"with = {{ {given} }}\n" if given else "")
    return follow(compile_map(read_map("map.toml", map), model), [str(log)], path="", command="")


@pytest.mark.parametrize("stem", [p.stem for p in sorted((ROOT / "specs").glob("*.spec"))])
def test_runs_of_the_corpus_conform(stem: str, tmp_path: Path) -> None:
    from checker.api import load

    model, random = load(ROOT / "specs" / f"{stem}.spec"), Random(stem)
    interpreter = Interpreter(model)
    records: list[dict[str, Any]] = []
    for number in range(3):
        records += [{**record_of(model, t, {}), "run": str(number)} for t in random_run(interpreter, random, 25)]
    found = followed(tmp_path, model, records)
    assert found.verdict == "conforms"
    assert sum(run.events for run in found.runs) == len(records)


def renamings(model: Model) -> list[dict[Sort, tuple[int, ...]]]:
    """Every renaming of the sorts whose elements need no names."""
    free = [sort for sort in model.sorts if Naming(model, {}).told_apart(sort) is None]
    ways = product(*(list(permutations(range(sort.size))) for sort in free))
    return [dict(zip(free, way, strict=True)) for way in ways]


def test_other_names_are_as_good_as_the_best_renaming(tmp_path: Path) -> None:
    """With names of its own a changed run conforms if and only if some renaming of it does."""
    random, met = Random(8), {"conforms": 0, "violates": 0}
    for model in generated_models(range(45), most_states=100):
        free = [sort for sort in model.sorts if Naming(model, {}).told_apart(sort) is None and sort.size > 1]
        plain = all(
            isinstance(p.type, Sort) or not any(mentions(p.type, s) for s in free)
            for step in model.steps
            for p in step.parameters
        )
        if not free or not plain:
            continue
        name = {
            (sort, i): f"{sort.name.lower()}-{letter}"
            for sort in free
            for i, letter in zip(range(sort.size), "zyxwv", strict=False)
        }
        interpreter, beliefs = Interpreter(model), Beliefs(model)
        for _ in range(3):
            run = random_run(interpreter, random, 5)
            if not run:
                continue
            transitions = changed(model, run, random)
            records = [record_of(model, t, name) for t in transitions]
            expected = "violates"
            for way in renamings(model):
                tracker = Tracker(beliefs)
                if all(tracker.observe(seen_of(model, renamed(model, t, way))) for t in transitions):
                    expected = "conforms"
            (result,) = followed(tmp_path, model, records).runs
            assert result.verdict == expected
            met[expected] += 1
    assert min(met.values()) >= 8


def changed(model: Model, run: list[Transition], random: Random) -> list[Transition]:
    """The run with two events exchanged, one left out or one twice."""
    places = mutated(model, [seen_of(model, t) for t in run], random)
    seen = [seen_of(model, t) for t in run]
    return [run[seen.index(one)] for one in places if one in seen] or run


def renamed(model: Model, transition: Transition, way: dict[Sort, tuple[int, ...]]) -> Transition:
    step = model.steps[transition.step]

    def of(type: Type, value: Value) -> Value:
        return way[type][value] if isinstance(type, Sort) and type in way else value

    agent = None if step.agent is None else of(step.agent.type, transition.agent)
    given = tuple(of(local.type, value) for local, value in zip(step.parameters, transition.values, strict=True))
    return Transition(transition.step, agent, given, transition.choices, transition.target, transition.failure, transition.marks)
