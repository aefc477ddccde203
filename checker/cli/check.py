"""`teamcheck check`: every verdict of the specs, for people or for continuous integration."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from checker.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checker.cli.progress import ProgressLine
    from checker.language.diagnostics import BadInput, Diagnostic
    from checker.properties.result import Report

FORMATS = ("text", "json", "junit", "sarif", "github")
_BAD_INPUT = 2

EPILOG = """\
A folder is searched for *.spec files. A .team file by itself is checked with the defaults of its parameters for
no deadlock, no livelock, no unhandled message and no error.

examples:
  teamcheck check                                        all of specs/
  teamcheck check specs/task_board.spec --instance pair  one instance
  teamcheck check specs --format junit --output report.xml"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("paths", metavar="PATH", nargs="*", help="spec files, protocols or folders (default: specs/)")
    for name, of in (("instance", "instances"), ("faults", "fault models"), ("property", "properties")):
        parser.add_argument(f"--{name}", metavar="NAME", action="append", help=f"only these {of}; may be repeated")
    options.add_settings(parser)
    options.add_limits(parser)
    options.add_engine(parser)
    options.add_sweeps(parser)
    options.add_store(parser)
    options.add_checkpoints(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to say it (default: text)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write it to a file; the standard output then has the summary only"
    )
    parser.add_argument("--quiet", action="store_true", help="say only what is not as expected")
    parser.add_argument("--verbose", action="store_true", help="list every verdict, of several specs too")
    parser.add_argument(
        "--traces",
        choices=("all", "violations", "unexpected", "none"),
        help="which traces to show (default: the violations of a single spec, of several those that are not expected; "
        "with --property all, witnesses too)",
    )
    parser.add_argument("--everything", action="store_true", help="show whole states and every change in traces")
    parser.add_argument(
        "--chart",
        choices=("auto", "always", "never"),
        default="auto",
        help="sequence charts (default: auto, for what is not expected)",
    )


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.language.diagnostics import BadInput
    from checker.properties.result import Report

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        with nullcontext() if arguments.checkpoint is None else _terminated_as_interrupted():
            report = _check(arguments, line)
        errors: tuple[Diagnostic, ...] = ()
        code = report.exit_code
    except BadInput as bad:
        if arguments.format == "text":
            raise
        report, errors, code = Report(results=(), counts=(), warnings=(), seconds=0.0), bad.diagnostics, _BAD_INPUT
    finally:
        line.close()
    try:
        write(arguments.output, _rendered(arguments, report, errors, code))
        _say_beside(arguments, report, errors)
        sys.stdout.flush()
    except BrokenPipeError:
        from checker.cli.main import forget_stdout

        forget_stdout()
    return code


def _check(arguments: argparse.Namespace, line: ProgressLine) -> Report:
    import os

    from checker import api

    _require_sense(arguments)
    _require_sense_of_z3(arguments)
    if not arguments.paths and not os.path.isdir("specs"):
        raise _nothing(
            "there is no folder `specs` here", "name a spec, a protocol or a folder, or start with `teamcheck new my_team`"
        )
    report = api.check(
        arguments.paths or ["specs"],
        instances=options.names(arguments.instance),
        faults=options.fault_models(arguments.faults),
        properties=options.names(arguments.property),
        overrides=options.settings(arguments.set),
        time_s=arguments.time,
        memory_mib=arguments.memory,
        states_limit=arguments.states,
        engine=arguments.engine,
        threads=arguments.threads,
        symmetry=arguments.symmetry,
        partial_order=arguments.partial_order,
        sweeps=arguments.sweeps,
        fewest=arguments.fewest,
        store=arguments.store,
        order=arguments.order or "breadth-first",
        checkpoint=arguments.checkpoint,
        resume=arguments.resume,
        checkpoint_every_s=arguments.checkpoint_every,
        progress=line,
    )
    if not (report.results or report.counts or report.interrupted):
        raise _nothing("no check has these instances, fault models and properties", "`teamcheck list` tells what there is")
    return report


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM, which batch systems and containers send before they kill, does what Ctrl-C does: what is known is kept, and said."""
    import signal

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    with suppress(ValueError):  # in another thread than the main one no signal arrives
        signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, before)


def _require_sense(arguments: argparse.Namespace) -> None:
    """Options that go together only in some ways. Raises BadInput."""
    for reason, advice in _disagreements(arguments):
        raise _disagree(reason, advice)


def _disagreements(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    reference, kept = arguments.engine == "reference", arguments.checkpoint is not None
    if arguments.resume and not kept:
        yield "`--resume` needs the folder", "add `--checkpoint DIR`"
    if kept and reference:
        yield "the reference interpreter keeps no checkpoints", "leave out `--engine reference`, or `--checkpoint`"
    if arguments.store == "fingerprint" and (kept or reference):
        yield "fingerprints are of the native engine, and cannot be kept in a checkpoint", "leave out `--store fingerprint`"
    if arguments.store == "bitstate" and (kept or reference):
        yield "the array of bits is of the native engine, and cannot be kept in a checkpoint", "leave out `--store bitstate`"
    if arguments.order == "depth-first" and (kept or reference):
        reason = "depth-first searches are of the native engine, and cannot be kept in a checkpoint"
        yield reason, "leave out `--order depth-first`"
    if arguments.store == "fingerprint" and arguments.order == "depth-first":
        yield "`--store fingerprint` forgets states layer by layer", "leave out `--order depth-first`"
    if arguments.store == "bitstate" and arguments.order == "breadth-first":
        yield "`--store bitstate` keeps no states but those of the way that it is on", "leave out `--order breadth-first`"
    others = {
        "--symmetry": arguments.symmetry,
        "--checkpoint": kept,
        "--order depth-first": arguments.order == "depth-first",
        "--store bitstate": arguments.store == "bitstate",
    }
    for other in [option for option, given in others.items() if given and arguments.partial_order]:
        yield f"`--partial-order` does not go together with `{other}`", "leave out one of them"


def _disagree(reason: str, advice: str) -> BadInput:
    from checker.cli.argument_errors import OptionsDisagree
    from checker.language.diagnostics import BadInput

    return BadInput([OptionsDisagree(span=None, reason=reason, advice=advice)])


def _require_sense_of_z3(arguments: argparse.Namespace) -> None:
    z3 = arguments.engine == "z3"
    of_z3 = {"--sweeps": arguments.sweeps, "--fewest": arguments.fewest}
    of_searches = {
        "--symmetry": arguments.symmetry,
        "--partial-order": arguments.partial_order,
        "--threads": arguments.threads,
        "--states": arguments.states,
        "--store": arguments.store != "states",
        "--order": arguments.order,
        "--checkpoint": arguments.checkpoint,
    }
    for option in [name for name, given in (of_searches if z3 else of_z3).items() if given]:
        if z3:
            reason, advice = f"Z3 looks at no states, so `{option}` says nothing to it", f"leave out `{option}`, or `--engine z3`"
        else:
            reason, advice = f"`{option}` is of the Z3 engine", "add `--engine z3`"
        raise _disagree(reason, advice)


def _nothing(reason: str, advice: str) -> BadInput:
    from checker.cli.argument_errors import NothingToDo
    from checker.language.diagnostics import BadInput

    return BadInput([NothingToDo(span=None, reason=reason, advice=advice)])


def _rendered(arguments: argparse.Namespace, report: Report, errors: Iterable[Diagnostic], code: int) -> str:
    match arguments.format:
        case "json":
            from checker.report.json import render as to_json

            return to_json(report, errors, code)
        case "junit":
            from checker.report.junit import render as to_junit

            return to_junit(report, errors)
        case "sarif":
            from checker.report.sarif import render as to_sarif

            return to_sarif(report, errors)
        case "github":
            from checker.report.github import render as to_github

            return to_github(report, errors)
        case _:
            return _text(arguments, report)


def _text(arguments: argparse.Namespace, report: Report) -> str:
    from checker.report.terminal import Style, style_of
    from checker.report.text import Shown, Traces, render

    one = len({result.spec for result in report.results}) <= 1
    usual: Traces = "unexpected" if arguments.quiet or not one else "all" if arguments.property else "violations"
    shown = Shown(
        traces=arguments.traces or usual,
        everything=arguments.everything,
        chart=arguments.chart,
        brief=not one and not arguments.verbose,
        quiet=arguments.quiet,
    )
    to_file = arguments.output not in (None, "-")
    return render(report, Style() if to_file else style_of(sys.stdout), shown)


def _say_beside(arguments: argparse.Namespace, report: Report, errors: Iterable[Diagnostic]) -> None:
    """With the report in a file, people still read the errors and the summary."""
    if arguments.output in (None, "-"):
        return
    from checker.report.diagnostics import render
    from checker.report.terminal import style_of
    from checker.report.text import summary

    sys.stderr.write(render(errors, style_of(sys.stderr)))
    if not errors and not (arguments.quiet and report.exit_code == 0):
        sys.stdout.write("\n".join(summary(report, style_of(sys.stdout))) + "\n")
