"""`teamcheck scaffold`: the adapter and the test to start from, for the coordinator that a protocol describes."""

from __future__ import annotations

import argparse

from checker.cli import options

EPILOG = """\
The file is a test for pytest. It fails until its holes are filled: how each action is done by the real code, and
what of the real state can be seen.

exit codes: 0 written, 2 the input cannot be used or the file is there already

examples:
  teamcheck scaffold specs/task_board.spec
  teamcheck scaffold specs/task_board.spec --instance pair -o tests/test_board.py"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    parser.add_argument("--instance", metavar="NAME", help="the instance (default: the first of the spec)")
    options.add_settings(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: the standard output)")


def run(arguments: argparse.Namespace) -> int:
    import os

    from checker.api import load
    from checker.cli.argument_errors import WillNotOverwrite
    from checker.cli.output import require_writable, write
    from checker.language.diagnostics import BadInput
    from checker.testing.protocol.scaffold import scaffold

    if arguments.output not in (None, "-") and os.path.lexists(arguments.output):
        raise BadInput([WillNotOverwrite(span=None, path=arguments.output)])
    require_writable(arguments.output)
    model = load(arguments.path, arguments.instance, overrides=options.settings(arguments.set))
    write(arguments.output, scaffold(model, arguments.path, arguments.instance))
    return 0
