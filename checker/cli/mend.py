"""`teamcheck mend`: under which assumptions a violated property would hold, and which rules of prompts must move into the code."""

from __future__ import annotations

import argparse
import sys

from checker.cli import options

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
    parser.add_argument("--property", metavar="NAME", action="append", help="only these properties; may be repeated")
    parser.add_argument(
        "--together", metavar="N", type=options.positive, default=3, help="how many assumptions in a set at most (default: 3)"
    )
    options.add_limits(parser)
    parser.add_argument("--engine", choices=("auto", "reference"), default="auto", help="what searches (default: auto)")
    parser.add_argument("--threads", metavar="N", type=options.positive, default=0, help="threads of the native engine")
    options.add_report(parser)


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.mending import render
    from checker.report.terminal import Style, style_of
    from checker.report.tolerance_json import render_mendings
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = api.mend(
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
    text = render_mendings(found) if arguments.format == "json" else render(found, style, traces=arguments.traces == "all")
    write(arguments.output, text)
    return found.exit_code
