"""`teamcheck cost`: the worst case of tokens, seconds, messages, rounds and steps, at a size and at every size."""

from __future__ import annotations

import argparse
import sys

from checker.cli import options

EPILOG = """\
Of each meter: the most that any run of the instance adds to it, and a run that does; or a cycle that spends, and what
a lap costs. Then a bound for teams of every size, such as `1,000 + 1,700 * workers`, with what each agent or task still
owes: no step lowers that by less than it spends.

exit codes: 0 the worst case at this size is known, 2 the input cannot be used, 3 something is unknown

examples:
  teamcheck cost specs/task_board.spec
  teamcheck cost specs/task_board.spec --meter tokens --set workers=4 --faults "crash Worker <= 1\""""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    parser.add_argument("--meter", metavar="NAME", action="append", help="only this meter; may be repeated")
    parser.add_argument(
        "--every-size",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether to look for a bound for every size (default: yes)",
    )
    options.add_limits(parser)
    parser.add_argument("--engine", choices=("auto", "reference"), default="auto", help="what searches (default: auto)")
    parser.add_argument("--threads", metavar="N", type=options.positive, default=0, help="threads of the native engine")
    options.add_report(parser)


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.cost import render
    from checker.report.terminal import Style, style_of
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = api.cost(
            arguments.path,
            instance=arguments.instance,
            faults=arguments.faults,
            meters=options.names(arguments.meter),
            overrides=options.settings(arguments.set),
            every_size=arguments.every_size,
            time_s=arguments.time,
            memory_mib=arguments.memory,
            states_limit=arguments.states,
            engine=arguments.engine,
            threads=arguments.threads,
            progress=lambda text: line.say(lambda elapsed_s: f"{text} ({duration(elapsed_s)})"),
        )
    finally:
        line.close()
    if arguments.format == "json":
        from checker.report.cost_json import render as to_json

        write(arguments.output, to_json(found))
    else:
        style = Style() if arguments.output not in (None, "-") else style_of(sys.stdout)
        write(arguments.output, render(found, style, traces=arguments.traces == "all"))
    return found.exit_code
