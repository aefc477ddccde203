"""`teamcheck fmt`: lays out protocols and specs in the one way that there is."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="protocols, specs or folders (default: protocols/ and specs/)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file would change")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.files import expand
    from checker.language.diagnostics import BadInput, Diagnostic

    paths = expand(arguments.paths, (".team", ".spec"), ("protocols", "specs"))
    errors: list[Diagnostic] = []
    changed = 0
    for path in paths:
        try:
            changed += _format(path, arguments.check)
        except BadInput as bad:
            errors += bad.diagnostics
    verb = "would change" if arguments.check else "changed"
    print(f"{changed} of {len(paths)} file{'s' if len(paths) != 1 else ''} {verb}")
    if errors:
        raise BadInput(errors)
    return 1 if arguments.check and changed else 0


def _format(path: str, check: bool) -> bool:
    """Lay out one file; whether it was, or would be, another text. Raises BadInput."""
    from checker.cli.output import replace
    from checker.language.diagnostics import BadInput
    from checker.language.format import format_protocol, format_spec
    from checker.language.parse import read_source

    source = read_source(path)
    text = format_spec(source) if path.endswith(".spec") else format_protocol(source)
    if text == source.text:
        return False
    if not check:
        try:
            replace(path, text)
        except OSError as error:
            from checker.cli.argument_errors import CannotWrite

            raise BadInput([CannotWrite(span=None, path=path, reason=error.strerror or str(error))]) from None
    sys.stdout.write(f"{'would change' if check else 'changed'} {path}\n")
    return True
