"""`teamcheck replay`: shows a trace again, run anew by the reference interpreter."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from checker.cli import options

if TYPE_CHECKING:
    from checker.properties.result import Trace

EPILOG = """\
The steps of a trace are numbers: each is the place of a step among those that are possible in the
state before it, from 0. `teamcheck check` prints the command for each trace; `teamcheck step` shows
the numbers.

A file that `teamcheck check --format json --output FILE.json` wrote has the traces of all its results:
  teamcheck replay FILE.json --property one_owner"""


class Wanted(Struct, frozen=True, kw_only=True):
    """One trace: of what model, and its path as `api.replay` reads it. `actions`: the steps' names where they are known."""

    path: str
    instance: str | None
    faults: str
    property: str | None
    settings: dict[str, str]
    trace: str
    actions: tuple[str, ...] | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec, a protocol, or a saved JSON report")
    parser.add_argument("--property", metavar="NAME", help="the property whose trace it is")
    parser.add_argument("--steps", metavar="0,2,1", help="the steps of the trace; `` for none")
    parser.add_argument(
        "--initial", metavar="K", type=int, default=0, help="the initial state, where there are several (default: 0)"
    )
    parser.add_argument("--cycle", metavar="K", type=int, help="for a lasso: how many steps come before the cycle")
    parser.add_argument("--instance", metavar="NAME", help="the instance (default: the first of the spec)")
    parser.add_argument("--faults", metavar="NAME", help="the fault model (default: none)")
    options.add_settings(parser)
    parser.add_argument("--everything", action="store_true", help="show whole states and every change")
    parser.add_argument("--chart", choices=("auto", "always", "never"), default="auto", help="the sequence chart (default: auto)")


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.argument_errors import BadSteps
    from checker.language.diagnostics import BadInput

    wanted = _saved(arguments) if arguments.path.endswith(".json") else _given(arguments)
    trace = api.replay(
        wanted.path,
        wanted.trace,
        instance=wanted.instance,
        faults=wanted.faults,
        property=wanted.property,
        overrides=wanted.settings,
    )
    if wanted.actions is not None and wanted.actions != tuple(step.action for step in trace.steps):
        reason = f"`{wanted.path}` or its protocol has changed since `{arguments.path}` was written: the same steps now do something else"
        raise BadInput([BadSteps(span=None, reason=reason, advice=f"check again: teamcheck check {wanted.path}")])
    _show(arguments, wanted, trace)
    return 0


def _given(arguments: argparse.Namespace) -> Wanted:
    """What the options say. Raises BadInput."""
    return Wanted(
        path=arguments.path,
        instance=arguments.instance,
        faults=arguments.faults or "none",
        property=arguments.property,
        settings=options.settings(arguments.set),
        trace=trace_text(arguments.initial, _steps(arguments.steps), arguments.cycle),
    )


def _steps(text: str | None) -> list[int]:
    from checker.cli.argument_errors import BadSteps
    from checker.language.diagnostics import BadInput

    if text is None:
        raise BadInput([BadSteps(span=None, reason="`--steps` is missing", advice="give the steps, as in `--steps 0,2,1`")])
    words = text.replace(",", " ").split()
    wrong = next((word for word in words if not word.isdecimal()), None)
    if wrong is not None:
        raise BadInput(
            [BadSteps(span=None, reason=f"`{wrong}` is no number of a step", advice="write them as in `--steps 0,2,1`")]
        )
    return [int(word) for word in words]


def trace_text(initial: int, steps: list[int], cycle: int | None) -> str:
    """A path as `api.replay` reads it: `0:0.2.1`, `0:0.2.1@1`."""
    text = f"{initial}:{'.'.join(map(str, steps))}"
    return text if cycle is None else f"{text}@{cycle}"


def _saved(arguments: argparse.Namespace) -> Wanted:
    """The result of a saved report that the options choose. Raises BadInput."""
    results = _results(arguments.path)
    chosen = [
        r
        for r in results
        if all(getattr(arguments, key) in (None, r.get(key)) for key in ("property", "instance", "faults")) and r.get("trace")
    ]
    if not chosen:
        known = ", ".join(dict.fromkeys(str(r.get("property")) for r in results if r.get("trace"))) or "none"
        raise _bad(arguments.path, "no result with a trace fits the options", f"properties with a trace: {known}")
    result = chosen[0]
    if len({r.get("property") for r in chosen}) > 1:
        known = ", ".join(dict.fromkeys(str(r.get("property")) for r in chosen))
        raise _bad(arguments.path, "several results have a trace", f"choose one with --property: {known}")
    return _wanted(arguments.path, result)


def _wanted(path: str, result: dict[str, Any]) -> Wanted:
    from checker.report.json import trace_of

    try:
        return Wanted(
            path=str(result["spec"]),
            instance=str(result["instance"]),
            faults=str(result["faults"]),
            property=str(result["property"]),
            settings=_settings_of(str(result.get("replay", ""))),
            trace=trace_text(*trace_of(result["trace"])),
            actions=tuple(str(step["action"]) for step in result["trace"]["steps"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(path, f"the result is not whole ({type(error).__name__}: {error})") from None


def _settings_of(command: str) -> dict[str, str]:
    """The `--set` options of a replay command."""
    words = shlex.split(command)
    return options.settings(value for option, value in pairwise(words) if option == "--set")


def _results(path: str) -> list[dict[str, Any]]:
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device may never end
        raise _bad(path, "it is not a file")
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        results = data["results"]
        if not isinstance(results, list) or not all(isinstance(r, dict) for r in results):
            raise TypeError("`results` is no list of objects")
    except OSError as error:
        raise _bad(path, (error.strerror or str(error)).lower(), "name a file that is there") from None
    except (ValueError, RecursionError):
        raise _bad(path, "it is not JSON") from None
    except (KeyError, TypeError):
        raise _bad(path, "it is no report of teamcheck") from None
    return results


def _bad(path: str, reason: str, advice: str = "write one with `teamcheck check --format json --output FILE.json`") -> Exception:
    from checker.cli.argument_errors import BadSavedResult
    from checker.language.diagnostics import BadInput

    return BadInput([BadSavedResult(span=None, path=path, reason=reason, advice=advice)])


def _breaks(wanted: Wanted, trace: Trace) -> bool:
    """Whether the last step is where something goes wrong: not in a witness, nor in a trace of no property."""
    from checker.language.tree import StateProperty
    from checker.properties.plan import property_name, read_target

    if trace.steps and trace.steps[-1].failure is not None:
        return True
    asked = [p for p in read_target(wanted.path).properties if property_name(p) == wanted.property]
    return any(not (isinstance(p, StateProperty) and p.kind == "sometimes") for p in asked)


def _show(arguments: argparse.Namespace, wanted: Wanted, trace: Trace) -> None:
    from checker.report.chart import has_messages, render_chart
    from checker.report.terminal import style_of
    from checker.report.trace import render_trace
    from checker.report.wording import counted, faults_text

    style = style_of(sys.stdout)
    instance = f"instance {wanted.instance}, " if wanted.instance else ""
    named = f"{wanted.property}, " if wanted.property else ""
    head = f"{wanted.path}: {named}{instance}{faults_text(wanted.faults)}, {counted(len(trace.steps), 'step')}"
    lines = [style.tint(head, "bold"), ""]
    lines += render_trace(trace, style, everything=arguments.everything, failing=_breaks(wanted, trace))
    if arguments.chart == "always" or (arguments.chart == "auto" and trace.steps and has_messages(trace)):
        lines += ["", *render_chart(trace, style)]
    sys.stdout.write("\n".join(lines) + "\n")
