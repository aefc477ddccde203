"""`teamcheck explain CODE`: the page of an error or a warning, from the docstring of its class."""

from __future__ import annotations

import argparse
import re
import sys
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic

GROUPS = {
    "1": "syntax and layout",
    "2": "names",
    "3": "types",
    "4": "instances and values",
    "5": "specs",
    "6": "files and arguments",
    "7": "limits",
    "8": "warnings",
    "9": "what this version does not do",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", nargs="?", help="a code such as T204; without one: all codes")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.argument_errors import UnknownCode
    from checker.language.diagnostics import BadInput, nearest

    known = every_diagnostic()
    if arguments.code is None:
        sys.stdout.write(_listing(known))
        return 0
    code = arguments.code.strip().strip("[]").upper()
    code = f"T{code}" if code.isdigit() else code
    if code not in known:
        found = nearest(code, known)
        advice = f"the nearest is {found}; " if found else ""
        advice += "`teamcheck explain` lists them all"
        raise BadInput([UnknownCode(span=None, given=arguments.code, advice=advice)])
    sys.stdout.write(_page(known[code]))
    return 0


def every_diagnostic() -> dict[str, type[Diagnostic]]:
    """Code -> diagnostic class, of every `*_errors` module of the tool."""
    import pkgutil
    from importlib import import_module

    import checker
    from checker.language.diagnostics import catalogue

    for module in pkgutil.walk_packages(checker.__path__, "checker."):
        if module.name.endswith("_errors"):
            import_module(module.name)
    return catalogue()


def _page(cls: type[Diagnostic]) -> str:
    import inspect

    text = inspect.cleandoc(cls.__doc__ or "")
    lines = [f"{cls.severity}[{cls.code}]: {_with_holes(cls.title)}", "", _filled(text)]
    if cls.help and not re.fullmatch(r"\{\w+\}", cls.help):
        lines += ["", f"help: {_with_holes(cls.help)}"]
    return "\n".join(lines) + "\n"


def _filled(text: str) -> str:
    """Paragraphs filled to 88 columns; what is indented (an example) stays as it is."""
    from checker.report.terminal import wrapped

    paragraphs = []
    for paragraph in text.split("\n\n"):
        example = any(line.startswith((" ", "-", "|")) for line in paragraph.split("\n"))
        paragraphs.append(paragraph if example else "\n".join(wrapped(paragraph, 88)))
    return "\n\n".join(paragraphs)


def _with_holes(text: str) -> str:
    """The text of a class with its holes as capitals: "`NAME` is not a TYPE"."""
    parts = []
    for literal, hole, _, _ in Formatter().parse(text):
        parts.append(literal)
        if hole is not None:
            parts.append(re.split(r"[.\[]", hole)[0].upper())
    return "".join(parts)


def _listing(known: dict[str, type[Diagnostic]]) -> str:
    lines = []
    for digit, group in GROUPS.items():
        codes = [code for code in known if code[1:2] == digit]
        if codes:
            lines += [f"T{digit}xx  {group}", *(f"  {code}  {_with_holes(known[code].title)}" for code in codes), ""]
    return "\n".join([*lines, "`teamcheck explain CODE` tells more about each."]) + "\n"
