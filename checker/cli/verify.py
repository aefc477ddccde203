"""`teamcheck verify`: checks a certificate of a proof again, without believing anything in it."""

from __future__ import annotations

import argparse
import sys

from checker.cli import options

EPILOG = """\
The model, the goal and every question are made again from the protocol and compared with the certificate; then Z3,
cvc5 where it is installed, and the reference interpreter, on all states of small instances, decide anew. With
`--smtlib DIR` the questions are written as files, so that solvers outside of teamcheck can be asked: each of `z3 FILE`
and `cvc5 --enum-inst FILE` must say `unsat`.

exit codes: 0 verified, 1 refused, 2 no certificate or no protocol to check it against, 3 something could not be decided

examples:
  teamcheck verify proofs/lock.together.cert.json
  teamcheck verify proofs/lock.together.cert.json specs/lock.spec --smtlib questions"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("certificate", metavar="CERT", help="a file that `prove --certificate` wrote")
    parser.add_argument("path", metavar="PATH", nargs="?", help="the spec or protocol (default: what the certificate names)")
    parser.add_argument("--smtlib", metavar="DIR", help="write the questions to this folder, as SMT-LIB")
    parser.add_argument(
        "--time", metavar="SECONDS", type=options.positive_number, help="of each question and each instance (default: 60)"
    )
    parser.add_argument("--memory", metavar="MIB", type=options.mebibytes, help="stop each solver at so much memory")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to say it (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.terminal import Style, style_of
    from checker.report.verification import render, render_json
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = api.verify(
            arguments.certificate,
            arguments.path,
            smtlib=arguments.smtlib,
            time_s=arguments.time,
            memory_mib=arguments.memory,
            progress=lambda text: line.say(lambda elapsed_s: f"{text} ({duration(elapsed_s)})"),
        )
    finally:
        line.close()
    style = Style() if arguments.output not in (None, "-") else style_of(sys.stdout)
    write(arguments.output, render_json(found) if arguments.format == "json" else render(found, style))
    return found.exit_code
