"""Files and text to surface trees.

Before: a path, or a `Source`. After: a `tree.Protocol` or a `tree.Spec` in which every span is exact. Every independent syntax error of the
file is in the one `BadInput` that is raised otherwise; no other exception leaves this module, whatever the text.

One thing is left to the names: an awaited call without named arguments (`await f(x)`, `await f()`, and the branch `f():`) comes as an
`AwaitCondition` of a `Call`, for only the declarations say whether `f` is a def, a message or a call to the outside. So do `await f`
and the branch `f:`, which come as `AwaitName`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal, cast

from checker.language import tree
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.source import Source, Span

if TYPE_CHECKING:
    from checker.language.layout import Layout

MOST_BYTES = 1 << 20


def parse_protocol(source: Source) -> tree.Protocol:
    """The tree of a `.team` file."""
    return cast(tree.Protocol, parsed(source, "protocol")[0])


def parse_spec(source: Source) -> tree.Spec:
    """The tree of a `.spec` file."""
    return cast(tree.Spec, parsed(source, "spec")[0])


def parsed(source: Source, start: Literal["protocol", "spec"]) -> tuple[tree.Node, Layout]:
    """The tree, and the tokens with the terminals that they turned out to be."""
    from checker.language.lalr import Parser
    from checker.language.layout import read_layout
    from checker.language.tokens import MOST_ERRORS, GiveUp

    _refuse_unreadable(source)
    result = None
    with _no_collection():
        layout = read_layout(source)
        errors = list(layout.errors)
        if layout.tokens and len(errors) < MOST_ERRORS:
            parser = Parser(layout, source, start)
            with suppress(GiveUp):
                result = parser.parse()
            errors += [error for error in parser.building.errors if not _is_about_nothing(error)]
    if errors:
        raise BadInput(_in_order(errors, MOST_ERRORS))
    assert isinstance(result, tree.Node)
    return result, layout


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keeps the garbage collector from running: a parse makes many objects and no garbage, and looking for it takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_about_nothing(error: Diagnostic) -> bool:
    """Whether an error is about text that nobody wrote: recovery puts tokens without width in the place of what is missing."""
    span = error.span
    return span is not None and (span.line, span.column) == (span.end_line, span.end_column)


def _in_order(errors: list[Diagnostic], most: int) -> list[Diagnostic]:
    """The errors by place, each once, at most `most` of them and then one that says so."""
    placed = sorted(dict.fromkeys(errors), key=lambda error: error.span or Span("", 0, 0, 0, 0))
    if len(placed) <= most:
        return placed
    from checker.language.syntax_errors import TooManyMistakes

    return [*placed[:most], TooManyMistakes(span=placed[most].span, most=most)]


# --- files ------------------------------------------------------------------------------------------------


def _refuse_unreadable(source: Source) -> None:
    """Text that no parse could make sense of."""
    text = source.text
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size <= MOST_BYTES and "\0" not in text and text.strip("\ufeff \t\r\n"):
        return
    from checker.language import file_errors as wrong

    if size > MOST_BYTES:
        raise BadInput([wrong.FileTooLarge(span=None, path=source.path, size=size, most=MOST_BYTES)])
    if "\0" in text:
        raise BadInput([wrong.NotText(span=None, path=source.path, why="it holds zero bytes")])
    raise BadInput([wrong.EmptyFile(span=None, path=source.path)])


def read_source(path: str) -> Source:
    """The text of the file at `path`, which must be UTF-8. Raises BadInput if it cannot be read."""
    import os
    import stat

    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for a writer, reading a device may never end
            from checker.language.file_errors import NotAFile

            raise BadInput([NotAFile(span=None, path=path, what=_kind_of_file(status.st_mode))])
        size = status.st_size
        if size > MOST_BYTES:
            from checker.language.file_errors import FileTooLarge

            raise BadInput([FileTooLarge(span=None, path=path, size=size, most=MOST_BYTES)])
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
        return Source(path, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        from checker.language.file_errors import NotText

        raise BadInput([NotText(span=None, path=path, why=f"byte {error.start + 1} is not UTF-8")]) from None
    except (OSError, ValueError) as error:
        raise BadInput([_unreadable(path, error)]) from None


def _kind_of_file(mode: int) -> str:
    import stat

    return "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "device"


def _unreadable(path: str, error: Exception) -> Diagnostic:
    from checker.language import file_errors as wrong

    if isinstance(error, FileNotFoundError):
        return wrong.FileMissing(span=None, path=path)
    if isinstance(error, IsADirectoryError):
        return wrong.FileIsFolder(span=None, path=path)
    return wrong.FileUnreadable(span=None, path=path, why=getattr(error, "strerror", None) or str(error))
