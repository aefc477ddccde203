"""What code under test sees besides the loop while a run lasts: the clock, `time.sleep`, random numbers.

Virtual: `time.time`, `time.monotonic`, `time.perf_counter` (each also as `_ns`) and `time.sleep`, also where a module outside the
standard library has imported them by name (`from time import monotonic`). `time.sleep` on the loop's thread moves the clock on and
gives nobody a turn, as it would block; in a job it halts the job. `datetime.now`, `utcnow`, `today`, and `time.gmtime`, `localtime`
and `strftime` are virtual where the package time-machine is installed (`pip install teamcheck[testing]`), for Python alone cannot
replace them; without it they tell the real time. Seeded from the seed of the run: the functions of `random`, `os.urandom` and with it
`uuid.uuid4`, `secrets` and `random.SystemRandom`; generators that are made within the run without a seed; `uuid.uuid1` by the clock of the run.

Not virtual: `time.process_time`, the clocks of code in other languages. Not seeded: generators that were made with a seed before the
run, numpy's. The order of sets of strings follows PYTHONHASHSEED: set it, to replay in another process, where the code under test goes
through such sets.
"""

from __future__ import annotations

import functools
import os
import random
import sys
import sysconfig
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.testing.loop import ControlledLoop

_NAMES = ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns", "sleep")
_REAL: dict[str, Callable[..., Any]] = {name: getattr(time, name) for name in _NAMES}
_seen: set[str] = set()  # modules whose names have been looked at
_aliases: list[tuple[dict[str, Any], str, str]] = []  # (module, its name for it, the name in `time`)
_current: ControlledLoop | None = None
_URANDOM = os.urandom
_SEED = random.Random.seed
_UUID_1 = ("_generate_time_safe", "_last_timestamp")  # what it takes from the system, and what it keeps from run to run
_source = random.Random(0)


def current_loop() -> ControlledLoop | None:
    """The loop of the run that is on, from any thread; None outside a run."""
    return _current


@contextmanager
def controlled(loop: ControlledLoop) -> Iterator[None]:
    """Within: the clock and the random numbers of the process are those of the run."""
    global _current, _source
    if _current is not None:
        raise RuntimeError("a controlled run is on already: runs are made one after the other")
    state, urandom, alias = random.getstate(), os.urandom, random._urandom  # type: ignore[attr-defined]
    by_time = [getattr(uuid, name) for name in _UUID_1]
    places = [(vars(time), name, name) for name in _NAMES] + _imported_by_name()
    places = [
        place for place in places if place[0].get(place[1]) is _REAL[place[2]]
    ]  # a name that a test has replaced is left alone
    _current, _source = loop, _bytes_of(loop.settings.seed)
    dates = _virtual_dates(loop)
    try:
        for names, name, original in places:
            names[name] = _VIRTUAL[original]
        random.seed(loop.settings.seed)
        os.urandom = random._urandom = _seeded_bytes  # type: ignore[attr-defined]
        random.Random.seed = _seed  # type: ignore[method-assign]
        for name in _UUID_1:
            setattr(uuid, name, None)
        yield
    finally:
        _current = None
        if dates is not None:
            dates.stop()
        for names, name, original in places:
            names[name] = _REAL[original]
        os.urandom, random._urandom = urandom, alias  # type: ignore[attr-defined]
        random.Random.seed = _SEED  # type: ignore[method-assign]
        for name, value in zip(_UUID_1, by_time, strict=True):
            setattr(uuid, name, value)
        random.setstate(state)


def _bytes_of(seed: int) -> random.Random:
    return random.Random(seed ^ 0x7EA3C4EC)


def has_drawn(seed: int) -> bool:
    """Within a run of this seed: whether the code under test has asked for random numbers."""
    return random.getstate() != random.Random(seed).getstate() or _source.getstate() != _bytes_of(seed).getstate()


# A module that is imported in the middle of a run keeps what it then finds in `time` and `os`, for good: so these are the same functions in all
# runs, and outside of runs they are the real ones.


def _of_the_run(name: str, virtual: Callable[[ControlledLoop], float]) -> Callable[..., Any]:
    real = _REAL[name]

    @functools.wraps(real)
    def clock() -> Any:
        return real() if _current is None else virtual(_current)

    return clock


def _sleep(seconds: float) -> None:
    loop = _current
    job = None if loop is None else loop.jobs.current()
    if job is not None:
        job.sleep(seconds)
    elif loop is not None and loop.thread == threading.get_ident():
        loop.spend(seconds)
    else:
        _REAL["sleep"](seconds)


def _seeded_bytes(size: int) -> bytes:
    return _URANDOM(size) if _current is None else _source.randbytes(size)


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """Without a seed Python takes one from the system, past `os.urandom`."""
    _SEED(self, int.from_bytes(_seeded_bytes(32), "big") if a is None else a, version)


_VIRTUAL: dict[str, Callable[..., Any]] = {
    "time": _of_the_run("time", lambda loop: loop.settings.epoch + loop.elapsed_s()),
    "monotonic": _of_the_run("monotonic", lambda loop: loop.time()),
    "perf_counter": _of_the_run("perf_counter", lambda loop: loop.time()),
    "time_ns": _of_the_run("time_ns", lambda loop: round(loop.settings.epoch * 1_000_000_000) + loop.elapsed_ns()),
    "monotonic_ns": _of_the_run("monotonic_ns", lambda loop: loop.time_ns()),
    "perf_counter_ns": _of_the_run("perf_counter_ns", lambda loop: loop.time_ns()),
    "sleep": _sleep,
}


@functools.cache
def _time_machine() -> Any:
    """The package, or None."""
    try:
        return import_module("time_machine")
    except ImportError:
        return None


def _virtual_dates(loop: ControlledLoop) -> Any:
    """A started `time_machine.travel` that follows the clock of the loop, or None where the package is not installed."""
    package = _time_machine()
    if package is None:
        return None
    dates = package.travel(loop.settings.epoch, tick=False)
    traveller = dates.start()
    loop.clock_moved = lambda ns: traveller.shift(ns / 1e9)
    return dates


def _imported_by_name() -> list[tuple[dict[str, Any], str, str]]:
    """Where modules outside the standard library keep a function of `time` under a name of their own."""
    if len(sys.modules) == len(_seen):
        return _aliases
    fresh = [name for name in list(sys.modules) if name not in _seen]
    _seen.update(fresh)
    for name in fresh:
        module = sys.modules.get(name)
        names = getattr(module, "__dict__", None)
        if not isinstance(names, dict) or _is_standard(name, names):
            continue
        for key, value in list(names.items()):
            original = _BY_IDENTITY.get(id(value))
            if original is not None:
                _aliases.append((names, key, original))
    return _aliases


_BY_IDENTITY = {id(function): name for name, function in _REAL.items()}
_LIBRARY = sysconfig.get_paths()["stdlib"]


def _is_standard(name: str, names: dict[str, Any]) -> bool:
    file = names.get("__file__") or ""
    if name.partition(".")[0] in sys.stdlib_module_names or name.startswith("checker.testing"):
        return True
    return file.startswith(_LIBRARY) and "site-packages" not in file
