"""Programs that once failed, kept as replay tokens in files beside the code: one token a line, run before anything else."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

FOLDER = ".teamcheck"
MOST = 100  # tokens of one test; the oldest go first


def tokens(name: str, folder: str = FOLDER) -> list[str]:
    """Those of the test `name`, the oldest first."""
    with suppress(OSError):
        return [
            line for line in file_of(name, folder).read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"
        ]
    return []


def keep(name: str, token: str, folder: str = FOLDER, instead_of: str = "") -> Path | None:
    """Adds a token, and takes another away; the file it is in, None where it cannot be written (a read-only checkout loses nothing but this)."""
    known = [one for one in tokens(name, folder) if one not in (token, instead_of)][-(MOST - 1) :]
    file = file_of(name, folder)
    head = f"# failing runs of {name}: run first by its test, replayed one at a time with TEAMCHECK_REPLAY='...' pytest"
    text = "\n".join([head, *known, token, ""])
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_suffix(f".{os.getpid()}")
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(file)
    except OSError:
        return None
    return file


def file_of(name: str, folder: str = FOLDER) -> Path:
    """Where the tokens of this test are kept."""
    return Path(folder) / (re.sub(r"[^\w.-]", "_", name) + ".tokens")
