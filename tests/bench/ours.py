"""One search of ours in a process of its own, or the model for SPIN: `python -m tests.bench.ours NAME [--threads N] [--symmetry] [--promela]`.

The properties are those of states and steps that hold (`always`, `never`, `step`): SPIN checks no liveness in the same search, and where
`sometimes` is reached its assertion would fail in every such state.
"""

from __future__ import annotations

# ruff: noqa: E402 - in the order of the command line, which is the order of what it takes
from checker.__main__ import collect_seldom

collect_seldom()

import argparse
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.cli.main import Help, load_msgspec

load_msgspec()

from msgspec.structs import replace

from tests.bench.cases import ROOT, Case, named, with_settings

if TYPE_CHECKING:
    from checker.model.model import Model

STARTED = "TEAMCHECK_BENCH_STARTED"  # when the process was started, by the clock that all processes share


def model_of(case: Case) -> Model:
    """The case's model with the properties that both tools check."""
    from checker.api import load

    model = load(f"{ROOT}/{case.spec}", instance=case.instance, faults=case.faults, overrides=dict(case.settings))
    return replace(model, goals=tuple(goal for goal in model.goals if goal.kind in ("always", "never", "step")))


def promela_of(case: Case) -> str:
    """The case as a program for SPIN. It has one initial state, so that the counts are the same."""
    from checker.export.promela import promela
    from checker.ground.program import ground

    program = promela(ground(model_of(case)))
    assert program.extra_states == 0, f"{case.name} has several initial states"
    return program.text


def searched(case: Case, threads: int, *, symmetry: bool = False) -> dict[str, object]:
    """What a search found and took; the times of its parts in seconds."""
    from checker.engines.memory import default_limit_mib
    from checker.engines.native.compile import compile_model
    from checker.engines.native.search import Search, Status
    from checker.ground.program import ground, initial_states

    began = float(os.environ.get(STARTED, time.monotonic()))
    imported = time.monotonic()
    model = model_of(case)
    loaded = time.monotonic()
    compiled = compile_model(ground(model, symmetry=symmetry))
    form = compiled.ground
    initial = [compiled.packed(form.encoded(state)) for state in initial_states(model)]
    limit = default_limit_mib(0.9)
    with Search(
        compiled.program, initial, threads=threads, memory_limit_bytes=0 if limit is None else int(limit * 2**20)
    ) as search:
        ready = time.monotonic()
        while (status := search.run(1.0)) is Status.RUNNING:
            pass
        stats = search.stats()
        assert status is Status.COMPLETE, f"{case.name}: {status.name} after {stats.distinct:,} states"
        wrong = [w.goal for w, seen in zip(compiled.watched, search.watches(), strict=True) if seen.count and w.what == "wrong"]
        assert not wrong, f"{case.name}: {', '.join(wrong)} violated"
        assert not stats.failures, f"{case.name}: {stats.failures} steps fail"
    return {
        "states": stats.distinct,
        "transitions": stats.transitions,
        "depth": stats.depth,
        "tier": stats.tier,
        "threads": stats.threads,
        "state_bytes": 8 * compiled.program.words,
        "state_bits": sum(field.width for field in compiled.program.fields),
        "instructions": len(compiled.program.code),
        "outcomes": len(compiled.program.outcomes),
        "peak_bytes": stats.peak_bytes,
        "search_s": stats.seconds,
        "search_cpu_s": stats.cpu_seconds,
        "first_state_s": ready - began,
        "import_s": imported - began,
        "load_s": loaded - imported,
        "compile_s": ready - loaded,
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ours", description=__doc__.splitlines()[0], formatter_class=Help)
    parser.add_argument("case", metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--symmetry", action="store_true", help="one state for each orbit")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--promela", action="store_true", help="write the program for SPIN instead")
    arguments = parser.parse_args(argv)
    case = with_settings(named(arguments.case), arguments.set)
    if arguments.promela:
        print(promela_of(case))
        return
    found = searched(case, arguments.threads, symmetry=arguments.symmetry)
    import json  # after what is measured

    print(json.dumps(found))


if __name__ == "__main__":
    main()
