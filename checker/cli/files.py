"""Which protocols and specs a command line names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

_NOT_OURS = frozenset({"__pycache__", "node_modules", "build", "dist"})


def expand(paths: Sequence[str], suffixes: tuple[str, ...], defaults: Sequence[str]) -> list[str]:
    """The files that `paths` name, each once: folders are searched deep for `suffixes`, files are taken as they are (a missing one is
    found missing when it is read). Without paths those of `defaults` that are folders. Raises BadInput where that is nothing.
    """
    given = list(paths) or [folder for folder in defaults if os.path.isdir(folder)]
    found: dict[str, None] = {}
    for path in given:
        for file in _within(path, suffixes) if os.path.isdir(path) else [path]:
            found[file] = None
    if not found:
        from checker.cli.argument_errors import NothingToDo
        from checker.language.diagnostics import BadInput

        reason = f"no {' or '.join(f'*{s}' for s in suffixes)} file in {_listed(given or defaults)}"
        raise BadInput([NothingToDo(span=None, reason=reason, advice="name a file, or start with `teamcheck new my_team`")])
    return list(found)


def _within(folder: str, suffixes: tuple[str, ...]) -> Iterable[str]:
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NOT_OURS)
        yield from (os.path.join(top, file) for file in sorted(files) if file.endswith(suffixes))


def _listed(paths: Sequence[str]) -> str:
    return " or ".join(f"`{path}`" for path in paths)
