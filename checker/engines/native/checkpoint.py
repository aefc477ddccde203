"""Checkpoints: what a native search has found, on disk, so that a process that was killed at any moment loses little.

A search has a folder of its own with three files:

    states, predecessors   append-only logs, as the search gives them; what is in them never changes
    manifest               how much of the logs counts, with digests of both, of the program and of itself; and the search's position

The logs are written and synced first, the manifest then takes the place of the old one in one move. So at every moment the
manifest that is there tells the truth about a prefix of the logs; what lies behind that prefix was being written when the process ended,
and is cut off.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO, final

from msgspec import Struct

from checker.engines.native.checkpoint_errors import BadCheckpoint, CheckpointTooLarge
from checker.engines.native.library import load
from checker.engines.native.program import Program
from checker.engines.native.search import BadProgram, Search
from checker.language.diagnostics import BadInput
from checker.version import VERSION

FORMAT = 2
CHUNK = 1 << 20  # bytes of states that are copied at once
LOGS = ("states", "predecessors")
MOST_SECONDS = 1e12  # that a search can have taken


class Saved(Struct, frozen=True, kw_only=True):
    """A manifest: `bytes` and `sha256` of each log, where the search was, and how long it had run."""

    program: str
    sizes: tuple[int, int]
    digests: tuple[str, str]
    position: bytes
    seconds: float


@final
class Keep(Struct, frozen=True, kw_only=True):
    """Where a search is to keep its checkpoints, and how often: `every_s` seconds at most are lost."""

    folder: Path
    every_s: float


def _writer() -> list[str]:
    """What has to be the same for a search to go on: teamcheck, and its library."""
    return [VERSION, load().tc_sources().decode()]


def program_digest(program: Program) -> str:
    return hashlib.sha256(repr(program).encode()).hexdigest()


class SearchCheckpoint:
    """The checkpoint of one search; its folder is made when the first one is written."""

    def __init__(self, keep: Keep, program: Program) -> None:
        self.folder = keep.folder
        self.seconds = 0.0  # of the runs before this one
        self._program = program_digest(program)
        self._words = program.words
        self._every_s = keep.every_s
        self._chunk = CHUNK // (8 * program.words)  # states
        self._written = 0  # states in the logs
        self.unsaved = ""
        self._hashes = (hashlib.sha256(), hashlib.sha256())
        self._next = perf_counter() + keep.every_s

    # --- reading ---------------------------------------------------------------------------------------------------------

    def restored(self, make: Callable[[int], Search]) -> Search | None:
        """The search where the checkpoint left it, or None where there is none yet. `make`: a new search with room for so many states.
        Raises BadInput."""
        saved = self._manifest()
        if saved is None:
            return None
        if saved.program != self._program:
            raise self._bad("it is of another program: the protocol, or teamcheck, has changed")
        count = saved.sizes[1] // 4
        if saved.sizes != (8 * self._words * count, 4 * count):
            raise self._bad("the sizes of its parts do not fit together")
        search = None
        try:
            search = make(count)
            self._load(search, saved, count)
            search.resume(saved.position)
        except BaseException as reason:
            if search is not None:
                search.close()
            if isinstance(reason, MemoryError):
                raise BadInput([CheckpointTooLarge(span=None, path=str(self.folder), states=count)]) from None
            if isinstance(reason, BadProgram):
                raise self._bad(f"`manifest`: {reason}") from None
            raise
        self.seconds = saved.seconds
        return search

    def _manifest(self) -> Saved | None:
        try:
            raw = (self.folder / "manifest").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._bad(f"`manifest`: {error.strerror}") from None
        digest, _, text = raw.partition(b"\n")
        if hashlib.sha256(text).hexdigest().encode() != digest:
            raise self._bad("`manifest` is damaged")
        try:
            return self._read(json.loads(text))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise self._bad("`manifest` is not what this version writes") from None

    def _read(self, made: dict[str, Any]) -> Saved:
        if (made["format"], made["by"]) != (FORMAT, _writer()):
            raise self._bad("another version of teamcheck wrote it")
        states, predecessors = (made[name] for name in LOGS)
        seconds = float(made["seconds"])
        if not 0 <= seconds < MOST_SECONDS:
            raise ValueError
        return Saved(
            program=made["program"],
            sizes=(int(states["bytes"]), int(predecessors["bytes"])),
            digests=(states["sha256"], predecessors["sha256"]),
            position=base64.b64decode(made["position"], validate=True),
            seconds=seconds,
        )

    def _load(self, search: Search, saved: Saved, count: int) -> None:
        """Append the logs to the search, whose initial states are their beginning."""
        initial = search.stats().distinct
        if initial > count:
            raise self._bad("`states` has too few states")
        with self._opened("states") as states, self._opened("predecessors") as predecessors:
            done = 0
            while done < count:
                n = min(self._chunk, count - done) if done else initial or min(self._chunk, count)
                words = self._taken(states, 0, 8 * self._words * n, "Q")
                numbers = self._taken(predecessors, 1, 4 * n, "I")
                if done or not initial:
                    search.append(words, numbers)
                elif search.states(0, initial) != (words, numbers):
                    raise self._bad("`states` begins with other states")
                done += n
        for name, digest, found in zip(LOGS, saved.digests, self._hashes, strict=True):
            if found.hexdigest() != digest:
                raise self._bad(f"`{name}` is damaged")
        self._written = count

    def _opened(self, name: str) -> BinaryIO:
        try:
            return (self.folder / name).open("rb")
        except OSError as error:
            raise self._bad(f"`{name}`: {error.strerror}") from None

    def _taken(self, file: BinaryIO, log: int, size: int, code: str) -> array[int]:
        data = file.read(size)
        if len(data) != size:
            raise self._bad(f"`{LOGS[log]}` is cut off")
        self._hashes[log].update(data)
        return array(code, data)

    def _bad(self, reason: str) -> BadInput:
        return BadInput([BadCheckpoint(span=None, path=str(self.folder), reason=reason)])

    # --- writing ---------------------------------------------------------------------------------------------------------

    def save_now_and_then(self, search: Search, seconds: float) -> None:
        """Save when it is time. `seconds`: how long the search has run in this process."""
        if perf_counter() >= self._next:
            self.save(search, seconds)

    def save(self, search: Search, seconds: float) -> None:
        """Write what was found since the last time. Where the system refuses, `unsaved` says why until it does not any more; what was written at an
        earlier moment stays, and the search is worth going on with."""
        position = search.position()
        if not position:
            return  # not even the initial states fit: there is nothing to go on from
        began = perf_counter()
        try:
            self._write(search, position, seconds)
        except OSError as error:
            self.unsaved = (
                f"the checkpoint in `{self.folder}` is of an earlier moment, if there is one: {error.strerror or 'it fails'}"
            )
        else:
            self.unsaved = ""
        took = perf_counter() - began  # at most a tenth of the time goes into checkpoints
        self._next = perf_counter() + max(self._every_s, 9 * took)

    def _write(self, search: Search, position: bytes, seconds: float) -> None:
        self.folder.mkdir(exist_ok=True)
        count = search.stats().distinct
        self._write_logs(search, count)
        parts = {
            name: {"bytes": size * count, "sha256": hashed.hexdigest()}
            for name, size, hashed in zip(LOGS, (8 * self._words, 4), self._hashes, strict=True)
        }
        made = {
            "format": FORMAT,
            "by": _writer(),
            "program": self._program,
            **parts,
            "seconds": self.seconds + seconds,
            "position": base64.b64encode(position).decode(),
        }
        write_whole(self.folder / "manifest", signed(made))

    def _write_logs(self, search: Search, count: int) -> None:
        files = []
        try:
            for name, size in zip(LOGS, (8 * self._words, 4), strict=True):
                descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o666)
                files.append(os.fdopen(descriptor, "r+b"))
                # something else may have shortened or removed it: then all of it once more
                if os.fstat(descriptor).st_size < size * self._written:
                    self._written, self._hashes = 0, (hashlib.sha256(), hashlib.sha256())
            for file, size in zip(files, (8 * self._words, 4), strict=True):
                file.truncate(size * self._written)
                file.seek(size * self._written)
            hashes = [hashed.copy() for hashed in self._hashes]
            for first in range(self._written, count, self._chunk):
                for file, hashed, part in zip(files, hashes, search.states(first, min(first + self._chunk, count)), strict=True):
                    hashed.update(part)
                    file.write(part)
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        finally:
            for file in files:
                file.close()
        self._written, self._hashes = count, (hashes[0], hashes[1])


def signed(made: dict[str, Any]) -> bytes:
    """The text of a manifest: its digest, a line end, and JSON."""
    text = json.dumps(made).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in its place in one move: at every moment there is the old one or the new one, whole."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def search_name(parts: Sequence[str] | Iterable[str]) -> str:
    """The name of the folder of a search: a digest of all that makes it what it is."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\n{part}".encode())
    return digest.hexdigest()[:16]
