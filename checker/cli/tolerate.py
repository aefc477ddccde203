"""`teamcheck tolerate`: which faults break which property, and the smallest sets of faults that do."""

from __future__ import annotations

import argparse

from checker.cli import options, study

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
    options.add_settings(parser)
    study.add_searches(parser, together=2, of="faults in total")


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.report.tolerance import render
    from checker.report.tolerance_json import render as to_json

    return study.answered(arguments, api.tolerate, lambda found, style, traces: render(found, style, traces=traces), to_json)
