"""`teamcheck export`: writes a protocol as a program of another tool."""

from __future__ import annotations

import argparse

from checker.cli import options

EPILOG = """\
The program has the same distinct states and the same verdicts; its heading says how to run it and how to read what the
other tool says. What is asked of whole runs (eventually, ltl, no livelock ...) is left out, and the heading names it.

With `--processes steps` it is the other way round: a process for each step that fairness tells apart, so that SPIN's
`-f` is our weak fairness; a claim for each `eventually`, `whenever`, `infinitely often`, `eventually always` and `ltl`.

examples:
  teamcheck export specs/lock.spec --to promela --output lock.pml
  teamcheck export specs/lock.spec --to promela --instance three --faults one_crash
  teamcheck export specs/lock.spec --to promela --processes steps"""

FORMATS = ("promela",)
PROCESSES = ("one", "steps")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    parser.add_argument("--to", choices=FORMATS, required=True, help="the language to write it in: promela is that of SPIN")
    parser.add_argument(
        "--processes", choices=PROCESSES, default="one", help="of Promela: one for all, or one for each step (one)"
    )
    options.add_choice(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: the standard output)")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.output import require_writable, write
    from checker.cli.walk import model_of
    from checker.export.export_errors import CannotExport
    from checker.export.promela import promela
    from checker.export.promela_steps import promela_steps
    from checker.ground.graph import Unsupported
    from checker.ground.program import ground
    from checker.language.diagnostics import BadInput

    require_writable(arguments.output)
    model = model_of(arguments)
    try:
        form = ground(model)
        text = promela(form).text if arguments.processes == "one" else promela_steps(form).text
    except Unsupported as reason:
        raise BadInput([CannotExport(span=None, protocol=model.protocol, format="Promela", what=reason.what)]) from None
    write(arguments.output, text)
    return 0
