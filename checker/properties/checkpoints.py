"""The folder of `--checkpoint`: which check it belongs to, and a place in it for each native search.

It holds `check`, the names of the searches (each a digest of its model), a folder for each search that has begun, and `lock`, which a
process holds as long as it uses the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.engines.native.checkpoint import FORMAT, Keep, search_name, signed, write_whole
from checker.engines.native.checkpoint_errors import BadCheckpoint, CannotCheckpoint, CheckpointExists, ForeignCheckpoint
from checker.language.diagnostics import BadInput, Diagnostic
from checker.model.printing import print_model
from checker.properties.searches import Job, model_of

if TYPE_CHECKING:
    from checker.model.model import Model

OWN = {"lock", "check.new"}  # may be there before `check` is


class Checkpoints(Struct, frozen=True, kw_only=True):
    """An open folder."""

    folder: Path
    every_s: float
    symmetry: bool

    def of(self, job: Job, model: Model) -> Keep:
        """Where the search of a job keeps its checkpoints."""
        return Keep(folder=self.folder / _name(job, model, self.symmetry), every_s=self.every_s)


@contextmanager
def opened(path: str, jobs: Sequence[Job], *, resume: bool, every_s: float, symmetry: bool) -> Iterator[Checkpoints]:
    """The folder at `path`, locked: new and empty, or with `resume` what the same check left in it. Raises BadInput."""
    folder = Path(path)
    searches = [_name(job, model_of(job), symmetry) for job in jobs]
    try:
        folder.mkdir(exist_ok=True)
        found = {entry.name for entry in folder.iterdir()}
        if found - OWN and not resume:
            raise BadInput([CheckpointExists(span=None, path=path)])
        if found - OWN and "check" not in found:
            raise BadInput([ForeignCheckpoint(span=None, path=path, reason="the folder holds other things")])
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    except FileExistsError:
        raise _refused(path, "it is no folder") from None
    except OSError as error:
        raise _refused(path, error.strerror or "it fails") from None
    try:
        _begin(folder, descriptor, searches)
        yield Checkpoints(folder=folder, every_s=every_s, symmetry=symmetry)
    finally:
        os.close(descriptor)


def _begin(folder: Path, descriptor: int, searches: list[str]) -> None:
    """Lock the folder, and hold the searches that it is for to ours."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not (folder / "check").exists():
            write_whole(folder / "check", signed({"format": FORMAT, "searches": searches}))
        raw = (folder / "check").read_bytes()
    except BlockingIOError:
        raise _refused(str(folder), "another teamcheck is using it") from None
    except OSError as error:
        raise _refused(str(folder), error.strerror or "it fails") from None
    for problem in _problems(str(folder), raw, searches):
        raise BadInput([problem])


def _problems(path: str, raw: bytes, searches: list[str]) -> Iterator[Diagnostic]:
    digest, _, text = raw.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        yield BadCheckpoint(span=None, path=path, reason="`check` is damaged")
        return
    try:
        made = json.loads(text)
    except ValueError:
        made = None
    there = made.get("searches") if isinstance(made, dict) else None
    if isinstance(made, dict) and made.get("format") != FORMAT:
        yield BadCheckpoint(span=None, path=path, reason="another version of teamcheck wrote it")
    elif not isinstance(there, list) or not all(isinstance(name, str) for name in there):
        yield BadCheckpoint(span=None, path=path, reason="`check` is of something else")
    elif there != searches:
        common = len(set(there) & set(searches))
        reason = f"{len(there)} searches there, {len(searches)} here, {common} of them on the same model"
        yield ForeignCheckpoint(span=None, path=path, reason=reason)


def _name(job: Job, model: Model, symmetry: bool) -> str:
    return search_name((job.instance, job.faults, job.ghost, str(symmetry), print_model(model, places=False)))


def _refused(path: str, reason: str) -> BadInput:
    advice = "name a folder that you may write to and that nobody else uses, in a folder that exists"
    return BadInput([CannotCheckpoint(span=None, path=path, reason=reason, advice=advice)])
