"""`teamcheck new NAME`: a small protocol and its spec, to change into one's own."""

from __future__ import annotations

import argparse
import os
import re
import sys
from importlib.resources import files

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Writes protocols/NAME.team and specs/NAME.spec in this folder; never overwrites."
    parser.add_argument("name", metavar="NAME", help="the protocol's name: a letter, then letters, digits and _")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.argument_errors import BadProtocolName, CannotWrite, WillNotOverwrite
    from checker.language.diagnostics import BadInput

    name = arguments.name
    if not _NAME.fullmatch(name) or not _parses(name):
        raise BadInput([BadProtocolName(span=None, name=name, suggestion=_suggestion(name))])
    paths = {"team": f"protocols/{name}.team", "spec": f"specs/{name}.spec"}
    there = [path for path in paths.values() if os.path.lexists(path)]
    if there:
        raise BadInput([WillNotOverwrite(span=None, path=path) for path in there])
    for kind, path in paths.items():
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "x", encoding="utf-8", newline="") as file:
                file.write(template(kind, name))
        except OSError as error:
            raise BadInput([CannotWrite(span=None, path=path, reason=error.strerror or str(error))]) from None
        sys.stdout.write(f"wrote {path}\n")
    sys.stdout.write(f"now: teamcheck check {paths['spec']}\n")
    return 0


def template(kind: str, name: str) -> str:
    """The text of the template (`team` or `spec`) for a protocol of this name."""
    text = (files("checker.cli") / "templates" / f"new.{kind}").read_text(encoding="utf-8")
    return text.replace("my_team", name)


def _parses(name: str) -> bool:
    """Whether the language takes `name` for a name and not for a word of its own."""
    from checker.language.diagnostics import BadInput
    from checker.language.parse import parse_protocol, parse_spec
    from checker.language.source import Source

    try:
        parse_protocol(Source("", template("team", name)))
        parse_spec(Source("", template("spec", name)))
    except BadInput:
        return False
    return True


def _suggestion(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()
    return f"my_{words}" if words and (words[0].isdigit() or words == name) else words or "my_team"
