"""Work with a solver in a process of its own: what takes too long or too much is ended from outside, and what it had found stays."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, final

from msgspec import Struct

from checker.engines.memory import used_mib

TIME, MEMORY, INTERRUPTED = "time", "memory", "interrupted"  # reasons for an end; others are in words
POLL_S = 0.1
GRACE_S = 1.0  # beyond the limit on time, for a solver that looks at its clock now and then only


@final
class Stopped(Struct, frozen=True, kw_only=True):
    """There is no more to come: `reason` says why, "" where the work is done."""

    reason: str = ""


@final
class SolverMissing(Exception):
    """z3-solver is not installed."""

    def __str__(self) -> str:
        return "Z3 is not installed here: `pip install z3-solver`"


@final
class _Begins(Struct, frozen=True, kw_only=True):
    """What the process uses before it does anything."""

    used_mib: float


def apart(
    task: Callable[..., Iterator[Any]], *, time_s: float | None, memory_mib: float | None, **asked: Any
) -> Iterator[Any | None]:
    """What `task` gives, called with `time_s` and what is asked, and None now and then in between. The last is Stopped, also where the process
    was ended or interrupted. Raises what the task raises, SolverMissing where there is no Z3. `task` is a function of a module.
    """
    linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
    context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(theirs, task, memory_mib, {**asked, "time_s": time_s}), daemon=True)
    deadline = None if time_s is None else perf_counter() + time_s + GRACE_S
    child.start()
    theirs.close()
    try:
        yield from _received(ours, child.pid, deadline, memory_mib)
    except KeyboardInterrupt:
        yield Stopped(reason=INTERRUPTED)
    finally:
        child.kill()
        child.join()
        ours.close()


def _received(ours: Connection, child: int | None, deadline: float | None, memory_mib: float | None) -> Iterator[Any | None]:
    began_mib: float | None = None
    while True:
        if memory_mib is not None and began_mib is not None and used_mib(child) > began_mib + memory_mib:
            yield Stopped(reason=MEMORY)
            return
        if not ours.poll(POLL_S):
            if deadline is not None and perf_counter() > deadline:
                yield Stopped(reason=TIME)
                return
            yield None
            continue
        try:
            event = ours.recv()
        except EOFError:  # the system has ended it
            yield Stopped(reason=MEMORY)
            return
        if isinstance(event, Exception):
            raise event
        if isinstance(event, _Begins):
            began_mib = event.used_mib
            continue
        yield event
        if isinstance(event, Stopped):
            return


def _run(pipe: Connection, task: Callable[..., Iterator[Any]], memory_mib: float | None, asked: dict[str, Any]) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    try:
        import z3

        if memory_mib is not None:
            z3.set_param("memory_max_size", max(1, int(memory_mib)))
        pipe.send(_Begins(used_mib=used_mib()))  # other solvers know no limit: the parent looks
        for event in task(**asked):
            pipe.send(event)
        pipe.send(Stopped())
    except ImportError:
        pipe.send(SolverMissing())
    except MemoryError:
        pipe.send(Stopped(reason=MEMORY))
    except Exception as fault:
        out_of_memory = type(fault).__name__ == "Z3Exception" and "memory" in str(fault)
        pipe.send(Stopped(reason=MEMORY) if out_of_memory else fault)
