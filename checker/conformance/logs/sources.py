"""Which files logs are, where folders and patterns are given; and what the runs in them are called."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from glob import glob

from checker.conformance.logs.formats.lines import STDIN
from checker.conformance.logs.map_errors import NoLogs
from checker.language.diagnostics import BadInput

ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".log", ".txt")
_PACKED = tuple(f"{ending}.gz" for ending in ENDINGS)
_NUMBER = re.compile(r"(\d+)")


def log_files(given: Iterable[str]) -> list[str]:
    """Each file once, in the order in which they are given: of a folder all logs in it and below, of a pattern (`runs/*.jsonl`, `**` for any folders)
    all that it fits, `run2` before `run10`. A file is taken whatever it is called. Raises BadInput."""
    found: dict[str, None] = {}
    for path in given:
        if path != STDIN and os.path.isdir(path):
            within = _in_folder(path)
            if not within:
                raise _none(
                    f"there is no log in the folder `{path}`", f"logs are found there by their endings: {', '.join(ENDINGS)}"
                )
            found |= dict.fromkeys(within)
        elif path != STDIN and glob_like(path) and not os.path.lexists(path):
            files = sorted((file for file in glob(path, recursive=True) if not os.path.isdir(file)), key=_natural)
            if not files:
                raise _none(f"no file fits the pattern `{path}`", "`*` stands for any letters but `/`, `**` for any folders")
            found |= dict.fromkeys(files)
        else:
            found[path] = None
    return list(found)


def names_of(logs: Sequence[str]) -> dict[str, str]:
    """What the run is called that each log is: its path from the folder that all of them are in; of one log nothing."""
    if len(logs) < 2:
        return dict.fromkeys(logs, "")
    files = [log for log in logs if log != STDIN]
    absolute = {log: os.path.abspath(log) for log in files}
    shared = os.path.commonpath([os.path.dirname(path) for path in absolute.values()]) if files else ""
    return {log: os.path.relpath(absolute[log], shared) if log in absolute else log for log in logs}


def glob_like(path: str) -> bool:
    return any(letter in path for letter in "*?[")


def _in_folder(folder: str) -> list[str]:
    found = []
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(top, name) for name in files if name.lower().endswith(ENDINGS + _PACKED) and name[0] != "."]
    return sorted(found, key=_natural)


def _natural(path: str) -> list[str | int]:
    """Numbers in names count as numbers."""
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(path))]


def _none(reason: str, advice: str) -> BadInput:
    return BadInput([NoLogs(span=None, reason=reason, advice=advice)])
