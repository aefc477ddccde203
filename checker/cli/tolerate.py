"""`teamcheck tolerate`: which faults break which property, and the smallest sets of faults that do."""

from __future__ import annotations

import argparse
import sys

from checker.cli import options

EPILOG = """\
Every fault that can happen to the roles, messages and stores of the protocol is looked at: alone (once, twice,
without limit), and together with others up to a number in total. To leave faults out, name the others:
--faults "crash Worker, lose Assign".

exit codes: 0 the whole table is known, 2 the input cannot be used, 3 something is unknown

examples:
  teamcheck tolerate specs/lock.spec
  teamcheck tolerate specs/lock.spec --faults "crash Client, stall Client" --property served"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    parser.add_argument("--instance", metavar="NAME", help="the instance (default: the first of the spec)")
    parser.add_argument(
        "--faults", metavar="FAULTS", help='the columns: "crash Worker, lose Assign", or a fault model (default: all that apply)'
    )
    parser.add_argument("--property", metavar="NAME", action="append", help="only these properties; may be repeated")
    options.add_settings(parser)
    parser.add_argument(
        "--together", metavar="N", type=options.positive, default=2, help="how many faults in total at most (default: 2)"
    )
    options.add_limits(parser)
    parser.add_argument("--engine", choices=("auto", "reference"), default="auto", help="what searches (default: auto)")
    parser.add_argument("--threads", metavar="N", type=options.positive, default=0, help="threads of the native engine")
    options.add_report(parser)


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.terminal import Style, style_of
    from checker.report.tolerance import render
    from checker.report.tolerance_json import render as to_json
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = api.tolerate(
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
    text = to_json(found) if arguments.format == "json" else render(found, style, traces=arguments.traces == "all")
    write(arguments.output, text)
    return found.exit_code
