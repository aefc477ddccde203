"""The command `teamcheck`: finds the command that was asked for, runs it, and turns every way of failing into an exit code."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

OK, NOT_AS_EXPECTED, BAD_INPUT, UNKNOWN, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 130

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # where the standard output goes

NO_ADDRESSES = ("failed to map segment", "annot allocate memory")  # what the loaders of glibc and musl, and their callers, say

# each command is the module of its name in this folder, with `configure(parser)` and `run(arguments) -> exit code`
COMMANDS = {
    "check": "check specs, or a protocol by itself",
    "prove": "prove properties for every size, as far as that can be done",
    "verify": "check the certificate of a proof again",
    "tolerate": "tell which faults break which property",
    "mend": "tell what would mend a property that is violated",
    "conform": "tell whether the runs in logs are behaviours of a protocol",
    "cost": "tell what a team costs at most",
    "scaffold": "write a test of real code against a protocol to start from",
    "drive": "look in real code for what was found in a protocol",
    "graph": "write the states and steps of a protocol as a graph",
    "export": "write a protocol as a program of another tool",
    "replay": "show a trace again, step by step",
    "simulate": "run a protocol at random",
    "step": "walk through a protocol by hand",
    "fmt": "lay out protocols and specs",
    "explain": "tell more about an error code",
    "new": "write a protocol and a spec to start from",
    "list": "tell what protocols and specs there are",
}

EXIT_CODES = """\
exit codes:
  0  all is as expected
  1  a verdict or a count is not what the spec expects
  2  the input cannot be used (a missing file, an error in a protocol, a wrong option)
  3  unknown: a limit was reached or the check was interrupted before all was known
  4  a fault of teamcheck itself
  130  Ctrl-C, before `check` had begun to search or in another command

Start with `teamcheck new my_team`, then `teamcheck check`. Each command has its own --help."""


class Help(argparse.RawDescriptionHelpFormatter):
    """Knows how wide the terminal is without `shutil`, which argparse loads for that, and which loads all kinds of compression."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{"width": _columns() - 2, **options})


def _columns() -> int:
    """As `shutil.get_terminal_size`: what COLUMNS says, else the terminal of the standard output, else 80."""
    with suppress(ValueError):
        if (said := int(os.environ.get("COLUMNS", "0"))) > 0:
            return said
    with suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


class _Parser(argparse.ArgumentParser):
    """A parser that names the nearest where a command or an option is not known."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.stderr.write(f"{self.prog}: error: {message}{self._hint(message)}\n")
        sys.exit(BAD_INPUT)

    def _hint(self, message: str) -> str:
        from checker.language.diagnostics import nearest

        given = message.rsplit(": ", 1)[-1].split(" (choose")[0].strip("'").split("=")[0].split(" ")[0]
        known = COMMANDS if "choose" in message else self._option_string_actions
        found = nearest(given, known)
        return f"; did you mean {found}?" if found and found != given else f" (see `{self.prog} --help`)"


def load_msgspec() -> None:
    """Load msgspec as where `typing_extensions` is not installed, if neither is loaded.

    That module loads `inspect`, `ast` and `tokenize`, a fifth of what a small check takes. All that msgspec wants of it, `get_type_hints`,
    `Required` and `NotRequired`, it then takes from `typing`, where they are the same from Python 3.11 on.
    """
    if "msgspec" in sys.modules or "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment] # importing it fails
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


def program() -> int:
    """`main` as a process of its own, and its exit code. Garbage is not looked for once more in all that is left at the end."""
    code = main()
    gc.freeze()
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no such letter still gets the rest
    try:
        arguments = _parser(words).parse_args(words)
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: --help, --version, a wrong option
        return stop.code if isinstance(stop.code, int) else OK if stop.code is None else BAD_INPUT
    except BrokenPipeError:
        forget_stdout()
        return UNKNOWN if words[:1] == ["check"] else OK
    except OSError as error:  # of the last flush
        forget_stdout()
        return _not_written(error)
    except (MemoryError, ImportError) as fault:  # while the command itself was loaded
        return _short_of_memory(fault)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return INTERRUPTED


def _open_what_is_closed() -> None:
    """Started with a closed stream (`>&-`), Python has None in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open as long as the process


def _not_written(error: OSError) -> int:
    with suppress(OSError):  # where it was the standard error that is full
        sys.stderr.write(f"teamcheck: the output cannot be written: {(error.strerror or str(error)).lower()}\n")
        sys.stderr.flush()
    return BAD_INPUT


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of `words`; only the command that they name is configured, the others are but listed."""
    parser = _Parser(
        prog="teamcheck",
        description="Write down how agents coordinate, and prove it or break it.",
        epilog=EXIT_CODES,
        formatter_class=Help,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser, prog=parser.prog)
    for name in words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS:
        purpose = COMMANDS[name]
        command = commands.add_parser(
            name,
            help=purpose,
            description=purpose[0].upper() + purpose[1:] + ".",
            formatter_class=Help,
            allow_abbrev=False,
        )
        if name in words:
            load_msgspec()
            import_module(f"checker.cli.{name}").configure(command)
    return parser


def _version() -> str:
    from checker.version import VERSION

    return f"teamcheck {VERSION}"


def _run(arguments: argparse.Namespace) -> int:
    """Run the command; what it cannot use, what stops it, and what it should never do become exit codes."""
    from checker.language.diagnostics import BadInput

    try:
        code: int = import_module(f"checker.cli.{arguments.command}").run(arguments)
        return code
    except BadInput as bad:
        from checker.report.diagnostics import render
        from checker.report.terminal import style_of

        sys.stdout.flush()
        sys.stderr.write(render(bad.diagnostics, style_of(sys.stderr)))
        return BAD_INPUT
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno not in DISK_FULL:
            _confess(error)
            return OUR_FAULT
        forget_stdout()
        return _not_written(error)
    except (MemoryError, ImportError) as fault:
        return _short_of_memory(fault)
    except RecursionError as fault:
        _confess(fault, "This is nested too deeply for teamcheck, which should have told you where.\n")
        return BAD_INPUT
    except Exception as fault:
        _confess(fault)
        return OUR_FAULT


def _short_of_memory(fault: MemoryError | ImportError) -> int:
    """A library that the system has no addresses for is an ImportError with a text of the loader's."""
    if isinstance(fault, ImportError) and not any(words in str(fault) for words in NO_ADDRESSES):
        _confess(fault)
        return OUR_FAULT
    sys.stderr.write("teamcheck: out of memory: try a smaller instance, or `--memory MIB` to stop in time\n")
    return UNKNOWN


def _confess(fault: Exception, remark: str = "") -> None:
    """Say in short that this is our fault, and how to report it; the traceback only where it is asked for."""
    import traceback

    if os.environ.get("TEAMCHECK_DEBUG") == "1":
        traceback.print_exception(fault)
    frames = traceback.extract_tb(fault.__traceback__)
    last = next((f for f in reversed(frames) if f"{os.sep}checker{os.sep}" in f.filename), frames[-1] if frames else None)
    place = f" at {'/'.join(last.filename.split(os.sep)[-3:])}:{last.lineno}" if last else ""
    text = " ".join(str(fault).split())[:200]
    notes = "".join(f"{note}\n" for note in getattr(fault, "__notes__", ()))  # what was done when it happened
    sys.stderr.write(
        f"teamcheck: internal error: {type(fault).__name__}{': ' + text if text else ''}{place}\n{notes}"
        f"{remark}This is a fault of {_version()}, not of your files. Please report it with the command, the files,\n"
        "and what TEAMCHECK_DEBUG=1 in the environment prints.\n"
    )


def forget_stdout() -> None:
    """The reader of the output has gone: nothing more is written, and the interpreter's last flush finds no pipe either."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


if __name__ == "__main__":
    sys.exit(program())
