"""The hunt in a process of its own: a solver that takes too long or too much is ended from outside, and what it had found stays."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, final

from checker.engines.symbolic.events import MEMORY, TIME, Counted, Event, Stopped
from checker.model.model import Model

INTERRUPTED = "interrupted"
POLL_S = 0.1
GRACE_S = 1.0  # beyond the limit on time, for a solver that looks at its clock now and then only


@final
class SolverMissing(Exception):
    """z3-solver is not installed."""

    def __str__(self) -> str:
        return "Z3 is not installed here: `pip install z3-solver`"


def hunted(
    model: Model,
    *,
    sweeps: int,
    fewest: Counted | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    aside: frozenset[str] = frozenset(),
) -> Iterator[Event | None]:
    """The events of `hunt`, and None now and then in between; the last is Stopped, also where the process was ended or interrupted.

    Raises Unsupported for what the ground form cannot say, SolverMissing where there is no Z3.
    """
    linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
    context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
    asked = {"sweeps": sweeps, "fewest": fewest, "time_s": time_s, "aside": aside}
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(theirs, model, memory_mib, asked), daemon=True)
    deadline = None if time_s is None else perf_counter() + time_s + GRACE_S
    child.start()
    theirs.close()
    try:
        yield from _received(ours, deadline)
    except KeyboardInterrupt:
        yield Stopped(reason=INTERRUPTED)
    finally:
        child.kill()
        child.join()
        ours.close()


def _received(ours: Connection, deadline: float | None) -> Iterator[Event | None]:
    while True:
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
        yield event
        if isinstance(event, Stopped):
            return


def _run(pipe: Connection, model: Model, memory_mib: float | None, asked: dict[str, Any]) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    try:
        import z3

        from checker.engines.symbolic.hunt import hunt

        if memory_mib is not None:
            z3.set_param("memory_max_size", max(1, int(memory_mib)))
        for event in hunt(model, **asked):
            pipe.send(event)
    except ImportError:
        pipe.send(SolverMissing())
    except MemoryError:
        pipe.send(Stopped(reason=MEMORY))
    except Exception as fault:
        out_of_memory = type(fault).__name__ == "Z3Exception" and "memory" in str(fault)
        pipe.send(Stopped(reason=MEMORY) if out_of_memory else fault)
