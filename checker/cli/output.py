"""Writing: to the standard output, or to a file whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.language.diagnostics import BadInput


def require_writable(path: str | None) -> None:
    """Raise BadInput now, before the work, where `path` cannot be written. "-" and None are the standard output."""
    if path is None or path == "-":
        return
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(0, "it is a folder")
        if os.path.exists(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(0, "you may not write to it")
        else:
            folder = os.path.dirname(path) or "."
            if not os.path.isdir(folder):
                raise FileNotFoundError(0, f"there is no folder `{folder}`")
            if not os.access(folder, os.W_OK):
                raise PermissionError(0, f"you may not write to the folder `{folder}`")
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from None


def write(path: str | None, text: str) -> None:
    """Write `text` to the standard output, or to `path`. Raises BadInput."""
    if path is None or path == "-":
        sys.stdout.write(text)
        return
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe, a terminal
            with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        else:
            replace(path, text)
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from None


def replace(path: str, text: str) -> None:
    """Give the file at `path` the content `text` at once: a reader sees the old file or the new one. Raises OSError."""
    from tempfile import mkstemp

    target = os.path.realpath(path)
    handle, temporary = mkstemp(dir=os.path.dirname(target), prefix=".teamcheck-", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        os.chmod(temporary, os.stat(target).st_mode & 0o7777 if os.path.exists(target) else _mode())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode() -> int:
    """The mode that a new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cannot(path: str, error: OSError | ValueError) -> BadInput:
    from checker.cli.argument_errors import CannotWrite
    from checker.language.diagnostics import BadInput

    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return BadInput([CannotWrite(span=None, path=path, reason=reason[:1].lower() + reason[1:])])
