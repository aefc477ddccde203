"""`teamcheck drive`: what the checker found in a protocol is looked for in the real code."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from checker.cli import options

if TYPE_CHECKING:
    from checker.model.model import Model
    from checker.testing.protocol.adapter import Adapter
    from checker.testing.protocol.paths import ModelPath
    from checker.testing.protocol.plan import Plan

EPILOG = """\
Short paths of the model that take every step, and every two steps that can follow each other, and the shortest
violation of each property are looked for among the schedules of the real code behind the adapter. Faults on the way
(`--faults`) strike the code at its boundaries. In the states on the way, all that can be asked for is asked for:
what the protocol allows must be possible in the code, and nothing else.

exit codes: 0 nothing wrong was found in the code, 1 a violation of the protocol is in the code too, or the code does
what the protocol does not allow, 2 the input cannot be used, 3 interrupted, or a limit left out violations

examples:
  teamcheck drive specs/bugs/claim_race.spec tests/test_board.py:Board
  teamcheck drive my.spec tests/test_board.py:Board --replay 'Agent0.work(b=Bead0) @ tc1.latency.0.plain'"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    parser.add_argument("adapter", metavar="ADAPTER", help="FILE.py:Class or module:Class")
    options.add_choice(parser)
    options.add_limits(parser)
    parser.add_argument("--property", metavar="NAME", action="append", help="only the violations of these; may be repeated")
    parser.add_argument("--violations", action="store_true", help="only the violations, not the paths through all steps")
    parser.add_argument("--schedules", metavar="N", type=options.positive, default=100, help="of each path (default: 100)")
    parser.add_argument(
        "--beside",
        metavar="N",
        type=options.count,
        default=200,
        help="how many calls are tried in the states of the paths: what the protocol allows there must be possible, and nothing else (default: 200)",
    )
    parser.add_argument(
        "--mode",
        choices=("latency", "reorder", "overtake", "both"),
        default="both",
        help="the strongest in which schedules are looked for (default: both; latency: what plain asyncio can do)",
    )
    parser.add_argument("--replay", metavar="TOKEN", help="make the one run of a token")


def run(arguments: argparse.Namespace) -> int:
    from checker.api import load
    from checker.cli.adapter_errors import AdapterMisfit
    from checker.language.diagnostics import BadInput
    from checker.testing.protocol.plan import AdapterError, Plan

    model = load(arguments.path, arguments.instance, arguments.faults, options.settings(arguments.set))
    adapter = _adapter(arguments.adapter)
    try:
        plan = Plan(model, adapter, arguments.path)
        return _replayed(plan, model, arguments) if arguments.replay else _driven(plan, model, arguments)
    except AdapterError as error:
        raise BadInput([AdapterMisfit(span=None, reason=str(error))]) from None


def _replayed(plan: Plan, model: Model, arguments: argparse.Namespace) -> int:
    from checker.cli.argument_errors import BadSteps
    from checker.language.diagnostics import BadInput
    from checker.testing.protocol.drive import watching
    from checker.testing.protocol.runs import Reached, replay_program

    each = watching(plan, _violations(model, arguments)[0])
    try:
        outcome = replay_program(plan, arguments.replay, Reached(), each=each)
    except ValueError as error:
        raise BadInput(
            [BadSteps(span=None, reason=str(error), advice="paste the token as the failing test printed it")]
        ) from None
    print(outcome.text())
    return 0 if outcome.passed else 1


def _driven(plan: Plan, model: Model, arguments: argparse.Namespace) -> int:
    from checker.testing.progress import telling
    from checker.testing.protocol.drive import drive
    from checker.testing.protocol.paths import covering
    from checker.testing.protocol.telling import driven_text

    violations, left_out = _violations(model, arguments)
    with telling(""):
        covered = (
            None if arguments.violations else covering(model, may_take=plan.may_have, sure=plan.is_sure, time_s=arguments.time)
        )
        paths = [*violations, *((*covered.paths, *covered.beyond) if covered else ())]
        found = drive(
            plan,
            paths,
            schedules=arguments.schedules,
            beside=arguments.beside,
            mode=arguments.mode,
        )
    found.left_out = left_out
    if covered is not None:
        found.goals, found.cut = covered.goals, covered.cut
    print(driven_text(found, _command(arguments)))
    return found.exit_code


def _command(arguments: argparse.Namespace) -> str:
    """The command again, as far as it says which model and which code."""
    given = ["teamcheck", "drive", arguments.path, arguments.adapter]
    if arguments.instance is not None:
        given += ["--instance", arguments.instance]
    if arguments.faults != "none":
        given += ["--faults", arguments.faults]
    for setting in arguments.set or ():
        given += ["--set", setting]
    return shlex.join(given)


def _violations(model: Model, arguments: argparse.Namespace) -> tuple[list[ModelPath], tuple[str, ...]]:
    """The shortest violation of each property that is violated (lassos are cut where they come round), and which properties are not decided,
    with the reason. Raises KeyboardInterrupt."""
    from checker.api import check
    from checker.cli.progress import ProgressLine
    from checker.testing.protocol.paths import counterexample

    if not arguments.path.endswith(".spec"):
        return [], ()
    line = ProgressLine()
    try:
        report = check(
            arguments.path,
            instances=[model.instance] if arguments.instance is None else [arguments.instance],
            faults=[arguments.faults],
            properties=options.names(arguments.property),
            overrides=options.settings(arguments.set),
            time_s=arguments.time,
            memory_mib=arguments.memory,
            states_limit=arguments.states,
            progress=line,
        )
    finally:
        line.close()
    if report.interrupted:
        raise KeyboardInterrupt
    goals = {goal.name for goal in model.goals}
    found = []
    for result in report.results:
        trace = result.trace
        if result.verdict == "violated" and trace is not None and result.property in goals:
            indices = [step.index for step in trace.steps]
            found.append(counterexample(model, result.property, trace.initial, indices, trace.cycle))
    undecided = [f"{r.property} ({r.reason})" for r in report.results if r.verdict == "unknown"]
    return found, tuple(undecided)


def _adapter(given: str) -> type[Adapter]:
    """The class that is named. Raises BadInput."""
    from checker.cli.adapter_errors import NoAdapter
    from checker.language.diagnostics import BadInput
    from checker.testing.protocol.adapter import Adapter

    where, _, name = given.rpartition(":")
    try:
        if not where:
            raise LookupError("it does not say the class")
        module = _module(where)
        found: Any = getattr(module, name, None)
        if not (isinstance(found, type) and issubclass(found, Adapter)):
            classes = [n for n, c in vars(module).items() if isinstance(c, type) and issubclass(c, Adapter) and c is not Adapter]
            there = f"it has {', '.join(classes)}" if classes else "it has none"
            raise LookupError(f"`{where}` has no subclass of checker.testing.Adapter called `{name}`: {there}")
    except Exception as error:
        reason = str(error) if isinstance(error, LookupError) else f"{type(error).__name__}: {error}"
        raise BadInput([NoAdapter(span=None, given=given, reason=reason)]) from None
    return found


def _module(where: str) -> Any:
    from importlib import import_module
    from importlib.util import module_from_spec, spec_from_file_location

    sys.path.insert(0, os.getcwd())
    if not where.endswith(".py"):
        return import_module(where)
    spec = spec_from_file_location(os.path.basename(where)[: -len(".py")], where)
    if spec is None or spec.loader is None or not os.path.isfile(where):
        raise LookupError(f"there is no file `{where}`")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
