"""`teamcheck step`: walks through a protocol by hand; every line read is a choice, typed or piped in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.cli import options

if TYPE_CHECKING:
    from checker.cli.walk import Rest, Walk
    from checker.model.model import Model
    from checker.report.terminal import Style, Tint
    from checker.semantics.interpreter import Transition

_RESTS: dict[Rest, tuple[str, Tint]] = {
    "done": ("done: no step is possible, and `done when` holds", "green"),
    "stuck": ("stuck: no step is possible, and the team is not done", "red"),
    "no value": ("no step is possible, and `done when` has no value here", "red"),
}
HELP = "a number takes that step, u undoes one, s shows the state, t the trace so far, q quits"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"Each state is shown with its numbered possible steps:\n{HELP}."
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    parser.add_argument("--initial", metavar="K", type=int, help="the initial state, where there are several")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.walk import Walk, model_of, replay_command
    from checker.report.terminal import style_of
    from checker.report.wording import where
    from checker.semantics.interpreter import Interpreter

    style = style_of(sys.stdout)
    interpreter = Interpreter(model_of(arguments))
    walk = Walk(interpreter, _initial(interpreter.model, arguments.initial))
    model = interpreter.model
    print(f"{model.protocol}, {where(model.instance, model.faults)}: {HELP}")
    _state(walk, style)
    steps = _offer(walk, style)
    while (line := _read()) is not None:
        word = line.strip().lower()
        if word in ("q", "quit", "exit"):
            break
        if word.isdecimal() and int(word) < len(steps):
            walk.take(int(word), steps[int(word)])
            _last(walk, style)
            steps = _offer(walk, style)
        elif word in ("u", "undo"):
            if walk.undo():
                print("back")
                steps = _offer(walk, style)
            else:
                print("this is the start")
        elif word in ("s", "state"):
            _state(walk, style)
        elif word in ("t", "trace"):
            _trace(walk, style)
        elif word.isdecimal():
            print(f"there is no step {word} here{_known(steps)}")
        elif word:
            print(HELP)
    if walk.indices:
        print(f"\nagain: {replay_command(arguments, walk)}")
    return 0


def _known(steps: Sequence[object]) -> str:
    return "" if not steps else ": 0 is the only one" if len(steps) == 1 else f": 0 to {len(steps) - 1}"


def _initial(model: Model, wanted: int | None) -> int:
    """The number of the initial state to start from. Raises BadInput where there is no such state."""
    from checker.cli.argument_errors import BadSteps
    from checker.cli.walk import initial_number
    from checker.language.diagnostics import BadInput

    number = initial_number(model)
    if wanted is None and number > 1:
        print(f"there are {number:,} initial states; this is number 0 (--initial K chooses another)")
    chosen = wanted or 0
    if not 0 <= chosen < number:
        reason = f"there is no initial state {chosen}"
        raise BadInput([BadSteps(span=None, reason=reason, advice=f"give a number from 0 to {number - 1}")])
    return chosen


def _read() -> str | None:
    """The next line, None at the end of the input. What is piped in is shown as if it were typed."""
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        print()
        return None
    if not sys.stdin.isatty():
        print(line.rstrip("\n"))
    return line


def _offer(walk: Walk, style: Style) -> list[Transition]:
    """Show the steps that are possible now, and what it means where there are none."""
    from checker.cli.walk import option_text

    print()
    steps = walk.transitions()
    if walk.failure is not None:
        print(style.tint(f"the step fails: {walk.failure} (u undoes it)", "bold", "red"))
    elif not steps:
        text, tint = _RESTS[walk.rest()]
        print(style.tint(text, "bold", tint))
    elif walk.rest() == "done":
        print(style.tint("`done when` holds", "green"))
    digits = len(str(max(len(steps) - 1, 0)))
    for number, transition in enumerate(steps):
        print(f"  {number:>{digits}}  {option_text(walk.model, transition)}")
    return steps


def _last(walk: Walk, style: Style) -> None:
    from checker.report.trace import step_lines

    trace = walk.trace()
    print("\n".join(step_lines(len(trace.steps), trace.steps[-1], style)))


def _state(walk: Walk, style: Style) -> None:
    from checker.report.trace import state_lines

    print("the state:\n" + "\n".join(state_lines(walk.shown_state(), style, everything=True)))


def _trace(walk: Walk, style: Style) -> None:
    from checker.report.trace import render_trace

    print("\n".join(render_trace(walk.trace(), style, failing=walk.failure is not None)))
