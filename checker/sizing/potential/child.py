"""The search for a bound in a process of its own: it ends in time, whatever the solver does."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

from checker.language.checked import Checked
from checker.model.model import Model
from checker.sizing.potential.bound import Answer, NoBound, bounds_of
from checker.sizing.result import Bound

MOST_S = 30.0  # where no limit is given
GRACE_S = 5.0  # at the end of which it is not waited any longer
NO_MEMORY = "its memory does not suffice"


def bounds_apart(
    checked: Checked, model: Model, meters: Mapping[str, int], *, time_s: float | None, memory_mib: float | None
) -> dict[str, Bound | NoBound]:
    """What `bounds_of` finds within limits: of its own memory; of time for each meter (none: 30 s)."""
    most = MOST_S if time_s is None else time_s
    linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
    context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(theirs, checked, model, meters, memory_mib), daemon=True)
    child.start()
    theirs.close()
    known: dict[str, Bound | NoBound] = {}
    reason = f"not found within {most:g} s (--time gives it more)"
    try:
        for _ in meters:
            while ours.poll(most):
                answer = ours.recv()
                if isinstance(answer, Exception):
                    raise answer
                if isinstance(answer.found, Bound) or answer.meter not in known:
                    known[answer.meter] = answer.found
                if answer.last:
                    break
            else:
                break
    except EOFError:  # the system has ended it
        reason = NO_MEMORY
    finally:
        child.kill()
        child.join(GRACE_S)
        ours.close()
    return {meter: known.get(meter, NoBound(reason=reason)) for meter in meters}


def _run(pipe: Connection, checked: Checked, model: Model, meters: Mapping[str, int], memory_mib: float | None) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    try:
        if memory_mib is not None:
            import resource

            most = int(memory_mib * 2**20)
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        for answer in bounds_of(checked, model, meters):
            pipe.send(answer)
    except ImportError:
        _send_none(pipe, meters, "Z3 is not installed here: `pip install z3-solver`")
    except MemoryError:
        _send_none(pipe, meters, NO_MEMORY)
    except Exception as fault:
        if type(fault).__name__ == "Z3Exception" and "memory" in str(fault):
            _send_none(pipe, meters, NO_MEMORY)
        else:
            pipe.send(fault)


def _send_none(pipe: Connection, meters: Mapping[str, int], reason: str) -> None:
    """Of every meter, as far as it is still waited for."""
    for meter in meters:
        pipe.send(Answer(meter=meter, found=NoBound(reason=reason), last=True))
