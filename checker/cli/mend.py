"""`teamcheck mend`: under which assumptions a violated property would hold, and which rules of prompts must move into the code."""

from __future__ import annotations

import argparse

from checker.cli import options, study

EPILOG = """\
For each property that is violated: the smallest sets of assumptions under which it holds. An assumption is that a
fault of the fault model does not happen, that an action is fair (is no `may`) or strongly fair, or that a `should` is
enforced (is a `when`). Then, where actions have a `should`: which of them must be enforced so that what holds still
holds when agents ignore the others.

exit codes: 0 every question is answered, 2 the input cannot be used, 3 something is unknown

examples:
  teamcheck mend specs/lock.spec --faults one_crash
  teamcheck mend specs/patterns/handoff_swarm.spec"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    study.add_searches(parser, together=3, of="assumptions in a set")


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.report.mending import render
    from checker.report.tolerance_json import render_mendings

    return study.answered(arguments, api.mend, lambda found, style, traces: render(found, style, traces=traces), render_mendings)
