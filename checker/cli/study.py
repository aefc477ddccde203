"""What the commands share that search one instance again and again, and say at the end what came of it: `tolerate` and `mend`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from checker.cli import options

if TYPE_CHECKING:
    from checker.report.terminal import Style


class Answer(Protocol):
    @property
    def exit_code(self) -> int: ...


A = TypeVar("A", bound=Answer)


def add_searches(parser: argparse.ArgumentParser, *, together: int, of: str) -> None:
    """The options that choose properties, sizes and engines. `together`: by default so many, of what `of` says, in a set."""
    parser.add_argument("--property", metavar="NAME", action="append", help="only these properties; may be repeated")
    parser.add_argument(
        "--together", metavar="N", type=options.positive, default=together, help=f"how many {of} at most (default: {together})"
    )
    options.add_limits(parser)
    parser.add_argument("--engine", choices=("auto", "reference"), default="auto", help="what searches (default: auto)")
    parser.add_argument("--threads", metavar="N", type=options.positive, default=0, help="threads of the native engine")
    options.add_report(parser)


def answered(
    arguments: argparse.Namespace, ask: Callable[..., A], text: Callable[[A, Style, bool], str], data: Callable[[A], str]
) -> int:
    """Ask with the options, with progress; write the answer as text (with all traces or not) or as data; its exit code."""
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.terminal import Style, style_of
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = ask(
            arguments.path,
            instance=arguments.instance,
            faults=arguments.faults,
            properties=options.names(arguments.property),
            overrides=options.settings(arguments.set),
            together=arguments.together,
            time_s=arguments.time,
            memory_mib=arguments.memory,
            states_limit=arguments.states,
            engine=arguments.engine,
            threads=arguments.threads,
            progress=lambda text: line.say(lambda elapsed_s: f"{text} ({duration(elapsed_s)})"),
        )
    finally:
        line.close()
    style = Style() if arguments.output not in (None, "-") else style_of(sys.stdout)
    write(arguments.output, data(found) if arguments.format == "json" else text(found, style, arguments.traces == "all"))
    return found.exit_code
