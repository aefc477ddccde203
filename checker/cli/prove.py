"""`teamcheck prove`: for which sizes each property holds, and why, as far as it can be proved."""

from __future__ import annotations

import argparse
import sys

from checker.cli import options

EPILOG = """\
For each property the most that can be said: proved for every size; proved or searched through at this size, and at
which others; violated at some size; or undecided. What is proved comes with the lemmas that it rests on, and with
`--certificate DIR` a file that `teamcheck verify` checks again: for every size, or else for the size asked for.

exit codes: 0 as the spec expects, 1 violated where it should hold, 2 the input cannot be used, 3 something is undecided

examples:
  teamcheck prove specs/two_phase_commit.spec
  teamcheck prove specs/lock.spec --property together --certificate proofs
  teamcheck prove specs/lock.spec --every-size            what is not proved for every size counts as undecided"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    parser.add_argument("--property", metavar="NAME", action="append", help="only these properties; may be repeated")
    parser.add_argument(
        "--time", metavar="SECONDS", type=options.positive_number, help="stop after so long, all in all (default: 60)"
    )
    parser.add_argument("--memory", metavar="MIB", type=options.mebibytes, help="stop each search and solver at so much memory")
    parser.add_argument("--every-size", action="store_true", help="what is not proved for every size is undecided (exit code 3)")
    parser.add_argument("--certificate", metavar="DIR", help="write a certificate of each proof to this folder")
    options.add_report(parser)


def run(arguments: argparse.Namespace) -> int:
    from checker import api
    from checker.cli.output import require_writable, write
    from checker.cli.progress import ProgressLine
    from checker.report.proving import render
    from checker.report.terminal import Style, style_of
    from checker.report.wording import duration

    require_writable(arguments.output)
    line = ProgressLine()
    try:
        found = api.prove(
            arguments.path,
            instance=arguments.instance,
            faults=arguments.faults,
            properties=options.names(arguments.property),
            overrides=options.settings(arguments.set),
            time_s=arguments.time,
            memory_mib=arguments.memory,
            certificates=arguments.certificate,
            only_proofs=arguments.every_size,
            progress=lambda text: line.say(lambda elapsed_s: f"{text} ({duration(elapsed_s)})"),
        )
    finally:
        line.close()
    if arguments.format == "json":
        from checker.report.proving_json import render as as_json

        text = as_json(found)
    else:
        style = Style() if arguments.output not in (None, "-") else style_of(sys.stdout)
        text = render(found, style, traces=arguments.traces == "all")
    write(arguments.output, text)
    return found.exit_code
