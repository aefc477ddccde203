"""Commands as the documents show them: `$ command` and what it prints, run in this process and compared without its times."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from checker.cli.main import main

_TIME = r"(?:< )?\d+(?:\.\d+)? s\b"
_MASKS = (
    (
        re.compile(rf" {{2,}}(?=\S.*\b{_TIME}(?:, (?:native|Z3) engine)?\s*$)", re.MULTILINE),
        "  ",
    ),  # the blanks before it depend on its length
    (re.compile(rf"(?<![\w.]){_TIME}"), "T s"),
    (re.compile(r'("seconds": )\d[\d.e-]*'), r"\1T"),
    (re.compile(r'( time=")\d[\d.]*'), r"\1T"),
    (re.compile(r'("version": ")\d+\.\d+[^"]*|(?<=teamcheck )\d+\.\d+\.\S+'), r"\1V"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A command and the lines under it."""

    command: str
    output: str


def shown(text: str) -> list[Shown]:
    """The commands of a `console` block."""
    first, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not first.strip(), "a console block starts with `$ `"
    return [Shown(command=command, output=output) for command, _, output in (part.partition("\n") for part in parts)]


class Console:
    """A shell that knows `teamcheck`, `pytest FILE`, `cat FILE`, `echo $?`, and `printf TEXT |` before a command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0

    def run(self, command: str) -> str:
        """What the command prints, on both streams. Raises ValueError for a command that it does not know."""
        words = shlex.split(command)
        fed = ""
        if words[0] == "printf" and words[2] == "|":
            fed, words = words[1].encode().decode("unicode_escape"), words[3:]
        match words:
            case ["echo", "$?"]:
                return f"{self.code}\n"
            case ["cat", name]:
                return (self.folder / name).read_text(encoding="utf-8")
            case ["teamcheck", *rest]:
                return self._teamcheck(rest, fed)
            case ["pytest", *rest]:
                return self._pytest(rest)
        raise ValueError(f"not a command of the documents: {command}")

    def _pytest(self, words: list[str]) -> str:
        """In a process of its own: the files that it imports are new each time."""
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", *words]
        path = os.pathsep.join([str(Path(__file__).resolve().parents[2]), str(self.folder)])
        done = subprocess.run(command, cwd=self.folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
        self.code = done.returncode
        return done.stdout

    def _teamcheck(self, words: list[str], fed: str) -> str:
        out = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            mock.patch.object(sys, "stdin", io.StringIO(fed)),
            mock.patch("checker.report.line._PLAIN_S", float("inf")),  # progress, which a busy machine has time for
        ):
            self.code = main(words)
        return out.getvalue()


def masked(text: str) -> str:
    """`text` without what differs from run to run: times, and the version."""
    for pattern, put in _MASKS:
        text = pattern.sub(put, text)
    return text


def agrees(written: str, real: str) -> bool:
    """Whether the output in a document is the real one. A line `...` stands for any lines, and at the end of a line for its rest."""
    pattern = ""
    for line in masked(_trimmed(written)).splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        elif line.endswith("..."):
            pattern += re.escape(line.removesuffix("...")) + r".*\n"
        else:
            pattern += re.escape(line) + r"\n"
    return re.fullmatch(pattern, masked(_trimmed(real))) is not None


def leaves_out(written: str) -> bool:
    """Whether a document shows only parts of an output."""
    return re.search(r"\.\.\.$", written, re.MULTILINE) is not None


def difference(written: str, real: str) -> str:
    """What differs, as a diff."""
    sides = (masked(_trimmed(text)).splitlines() for text in (written, real))
    return "\n".join(difflib.unified_diff(*sides, "document", "real", lineterm="", n=1))


def _trimmed(text: str) -> str:
    """Without blanks at the ends of lines and without empty lines at its ends."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "".join(f"{line}\n" for line in lines)


def written(output: str) -> str:
    """An output as a document shows it."""
    return _trimmed(output)
