"""`teamcheck conform`: whether the runs that logs recorded are behaviours of a protocol."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from checker.cli import options

if TYPE_CHECKING:
    from checker.conformance.result import Conformance

EPILOG = """\
Without --map, a map to start from is written: the steps of the protocol beside the kinds of records of the log.

  teamcheck conform protocols/task_board.team board.jsonl > map.toml      then mend the map, and
  teamcheck conform protocols/task_board.team board.jsonl --map map.toml

A run conforms if some behaviour of the protocol explains everything that was observed of it, whatever was not. It
violates the protocol if none does: the first such observation is shown, what was possible instead, and the unseen
steps that were assumed. Where a limit was reached, it cannot be told. docs/conformance.md has more.

exit codes:
  0  every run conforms
  1  a run violates the protocol
  2  the input cannot be used
  3  of some run it cannot be told, and none violates"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PROTOCOL", help="a protocol, or a spec for its instances and fault models")
    parser.add_argument(
        "logs",
        metavar="LOG",
        nargs="+",
        help="files of records, folders of such files, patterns (`runs/*.jsonl`); `-` for the standard input",
    )
    parser.add_argument(
        "--map", metavar="FILE", help="how records are read as steps (TOML); without it one to start from is written"
    )
    parser.add_argument(
        "--log-format",
        choices=("jsonl", "text", "csv", "otlp", "langsmith", "langfuse", "spans"),
        help="of the logs: JSON lines, lines of text, CSV, OTLP JSON, LangSmith, Langfuse, other spans (default: by what they look like)",
    )
    parser.add_argument(
        "--follow", action="store_true", help="the last log is still written to: wait for more, until Ctrl-C ends it"
    )
    options.add_choice(parser)
    parser.add_argument(
        "--candidates",
        metavar="N",
        type=options.positive,
        default=10_000,
        help="how many states that may explain a run are listed; more are kept as decision diagrams (default: 10,000)",
    )
    parser.add_argument("--time", metavar="SECONDS", type=options.positive_number, help="stop after so long")
    parser.add_argument("--everything", action="store_true", help="show every run, every violation and whole explanations")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to say it (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.output import require_writable, write

    require_writable(arguments.output)
    if arguments.map is None:
        return _start(arguments)
    found = _conform(arguments)
    if arguments.format == "json":
        from checker.report.conformance_json import render as to_json

        write(arguments.output, to_json(found))
    else:
        from checker.report.conformance import render
        from checker.report.terminal import Style, style_of

        style = Style() if arguments.output not in (None, "-") else style_of(sys.stdout)
        write(arguments.output, render(found, style, everything=arguments.everything))
    return found.exit_code


def _start(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import write

    text = api.starter_map(
        arguments.path,
        arguments.logs,
        instance=arguments.instance,
        faults=arguments.faults,
        overrides=options.settings(arguments.set),
        format=arguments.log_format,
    )
    write(arguments.output, text)
    sys.stdout.flush()
    sys.stderr.write("this is a map to start from: mend it, then give it with --map\n")
    return 0


def _conform(arguments: argparse.Namespace) -> Conformance:
    from checker import api
    from checker.cli.at_once import AtOnce
    from checker.cli.progress import ProgressLine
    from checker.report.wording import counted, duration

    line = ProgressLine()
    at_once = AtOnce(line, several=len(arguments.logs) > 1) if arguments.follow or "-" in arguments.logs else None
    try:
        return api.conform(
            arguments.path,
            arguments.logs,
            map=arguments.map,
            instance=arguments.instance,
            faults=arguments.faults,
            overrides=options.settings(arguments.set),
            format=arguments.log_format,
            candidates=arguments.candidates,
            time_s=arguments.time,
            progress=lambda records, runs, decided: line.say(
                lambda elapsed_s: (
                    f"{counted(records, 'record')}, {counted(runs, 'run')}{f', {decided:,} decided' if decided else ''} ({duration(elapsed_s)})"
                )
            ),
            follow=arguments.follow,
            violated=at_once,
        )
    finally:
        if at_once is not None:
            at_once.close()
        line.close()
