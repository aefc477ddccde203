"""Attacks `conform` with whole logs: `python -m tests.conformance.attacked [--count N] [--seed S]`.

Runs of generated protocols are written as logs with maps. Of each something is taken away (who, what with, when, in what order, whole
steps), calls are told by their begin and end, states are looked at, what may be reordered is, and in half of them one record is changed.
What `checker.conform` says is compared with `tests.conformance.brute`; where hardly any states are listed, it is decided in each of the other ways.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from unittest.mock import patch

from checker.conformance.beliefs import Limits
from checker.conformance.logs.compile_map import compile_map
from checker.conformance.logs.decide import Undecided
from checker.conformance.logs.follow import follow
from checker.conformance.logs.map_file import read_map
from checker.conformance.result import RunResult
from checker.language.diagnostics import BadInput
from checker.model.model import Model
from tests.conformance.attack_logs import Case, Maker
from tests.conformance.oracle import generated_models


def decided(model: Model, case: Case, folder: Path, candidates: int, way: str) -> RunResult:
    """`way`: in which it is decided where not all states are listed, or the order is known in part: `any`, `depth first` or `sets`."""
    log = folder / "log.jsonl"
    log.write_text("".join(json.dumps(record) + "\n" for record in case.records))
    reader = compile_map(read_map("map.toml", case.map), model)
    with ExitStack() as only:
        if way != "any":
            only.enter_context(patch.object(Undecided, "_among_some", lambda of: None))
        if way == "sets":
            only.enter_context(patch("checker.conformance.logs.decide.QUICK", 0))
            only.enter_context(patch("checker.conformance.logs.decide_in_part.QUICK", 0))
        return follow(reader, [str(log)], path="x", command="", limits=Limits(candidates=candidates)).runs[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    met = attack(arguments.count, arguments.seed)
    print(", ".join(f"{' '.join(key)} {count}" for key, count in sorted(met.items())))


def attack(count: int, seed: int) -> Counter[tuple[str, str]]:
    """How often each verdict was right, by order. Some states are listed, or hardly any. Raises AssertionError with the case that was not."""
    random, met = Random(seed), Counter[tuple[str, str]]()
    most = Limits().candidates
    models = generated_models(range(seed * 100, seed * 100 + 60), most_states=100)
    with tempfile.TemporaryDirectory() as folder:
        while met.total() < count:
            model = random.choice(models)
            maker = Maker(model, random)
            case = maker.case()
            if case is None or not any(told.parts for told in case.told):
                continue
            expected = "conforms" if maker.explained(case) else "violates"
            try:
                listed = random.choice([1, 1, most]) if case.order == "log" else most
                run = decided(
                    model,
                    case,
                    Path(folder),
                    listed,
                    random.choice(["any", "depth first", "sets", "sets"] if case.order == "log" else ["any", "any", "sets"]),
                )
                if case.order != "log" and random.random() < 0.1:  # both ways get equally far
                    other = decided(model, case, Path(folder), listed, "depth first")
                    assert (run.verdict, run.explained) == (other.verdict, other.explained), case.map
            except BadInput as error:
                raise AssertionError(f"{[d.title_text for d in error.diagnostics]}\n{case.map}\n{case.records}") from None
            if run.verdict != expected:
                raise AssertionError(
                    f"{run.verdict} {run.reason}, and it is {expected}: {model.protocol}\n{case.map}\n"
                    + "\n".join(map(json.dumps, case.records))
                )
            met[case.order, run.verdict] += 1
    return met


if __name__ == "__main__":
    main()
