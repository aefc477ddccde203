"""`teamcheck simulate`: seeded random runs. One run is shown step by step, several are counted."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from checker.cli import options

if TYPE_CHECKING:
    from random import Random

    from checker.cli.walk import Walk
    from checker.model.model import Goal
    from checker.semantics.interpreter import Interpreter, State

EPILOG = """\
Each step is drawn at random: first who does what, each with the same chance, then how it comes out, an `either`
with probabilities by these.
The same seed gives the same runs. Samples prove nothing that they do not show: `teamcheck check` looks at every state."""


_ENDS = {
    "done": "ended done",
    "stuck": "got stuck (no step was possible)",
    "no value": "ended where `done when` has no value",
}


class Seen(Struct, kw_only=True):
    """What the runs showed: how they ended, how long they were, and for each property in how many runs, and where first."""

    ends: Counter[str] = field(default_factory=Counter)
    lengths: list[int] = field(default_factory=list)
    goals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # name -> (run, steps taken) once for each run


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="the seed (default: 0)")
    parser.add_argument("--steps", metavar="N", type=options.positive, default=100, help="the most steps of a run (default: 100)")
    parser.add_argument("--runs", metavar="N", type=options.positive, default=1, help="how many runs (default: 1)")
    parser.add_argument("--everything", action="store_true", help="show whole states and every change")


def run(arguments: argparse.Namespace) -> int:
    from random import Random

    from checker.cli.walk import Walk, initial_number, model_of
    from checker.semantics.interpreter import Interpreter

    interpreter = Interpreter(model_of(arguments))
    initial = initial_number(interpreter.model)
    seen = Seen(goals={goal.name: [] for goal in interpreter.model.goals})
    walk = None
    for number in range(arguments.runs):
        random = Random(f"{arguments.seed}/{number}")
        walk = Walk(interpreter, random.randrange(initial))
        end = _run(walk, arguments.steps, random, seen, number)
        seen.ends[end] += 1
        seen.lengths.append(len(walk.indices))
    assert walk is not None
    if arguments.runs == 1:
        _show(arguments, walk)
    _summarise(arguments, interpreter, seen)
    return 0


def _run(walk: Walk, most: int, random: Random, seen: Seen, number: int) -> str:
    """Take random steps; how the run ended."""
    from checker.semantics.simulate import draw

    _look(walk, None, (), seen, number)
    while len(walk.indices) < most:
        steps = walk.transitions()
        if not steps:
            return _ENDS[walk.rest()]
        index = draw(walk.interpreter.outcomes(walk.state), random)
        before = walk.state
        walk.take(index, steps[index])
        if walk.failure is not None:
            _note(seen, "no error", number, len(walk.indices))
            return "failed (an error of the protocol)"
        _look(walk, before, steps[index].marks, seen, number)
    return f"went on after {most} steps"


def _look(walk: Walk, before: State | None, marks: tuple[str, ...], seen: Seen, number: int) -> None:
    """Note which properties this state, or the step to it, violates (of `sometimes`: satisfies)."""
    from checker.semantics.interpreter import EvaluationError

    for goal in walk.model.goals:
        try:
            if goal.mark in marks or _shows(goal, walk.interpreter, walk.state, before):
                _note(seen, goal.name, number, len(walk.indices))
        except EvaluationError:
            continue  # it has no value here: `check` says so


def _shows(goal: Goal, interpreter: Interpreter, state: State, before: State | None) -> bool:
    match goal.kind:
        case "always":
            return interpreter.evaluate(goal.conditions[0], state) is False
        case "never" | "sometimes":
            return interpreter.evaluate(goal.conditions[0], state) is True
        case "step":
            return before is not None and interpreter.evaluate(goal.conditions[0], state, before) is False
        case _:
            return False


def _note(seen: Seen, name: str, run: int, steps: int) -> None:
    found = seen.goals.setdefault(name, [])
    if not found or found[-1][0] != run:
        found.append((run, steps))


def _show(arguments: argparse.Namespace, walk: Walk) -> None:
    from checker.cli.walk import replay_command
    from checker.report.terminal import style_of
    from checker.report.trace import render_trace

    style = style_of(sys.stdout)
    print("\n".join(render_trace(walk.trace(), style, everything=arguments.everything, failing=walk.failure is not None)))
    print(f"\nagain: {replay_command(arguments, walk)}\n")


def _summarise(arguments: argparse.Namespace, interpreter: Interpreter, seen: Seen) -> None:
    from checker.report.wording import counted, where

    runs = arguments.runs
    model = interpreter.model
    print(f"{model.protocol}, {where(model.instance, model.faults)}: {counted(runs, 'random run')}, seed {arguments.seed}")
    for end, times in seen.ends.most_common():
        print(f"  {times} {end}")
    print(f"  steps: {min(seen.lengths)} to {max(seen.lengths)}, {sum(seen.lengths) / runs:.1f} on average")
    kinds = {goal.name: goal.kind for goal in model.goals}
    for name, found in seen.goals.items():
        if found:
            word = "reached" if kinds.get(name) == "sometimes" else "violated"
            first, steps = found[0]
            print(
                f"  {name}: {word} in {len(found)} of {counted(runs, 'run')}, first in run {first + 1} after {counted(steps, 'step')}"
            )
    print("  (samples prove nothing that they do not show: `teamcheck check` looks at every state)")
