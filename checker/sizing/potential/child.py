"""The search for a bound in a process of its own: it ends in time, whatever the solver does."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from multiprocessing.connection import Connection
from time import perf_counter

from checker.language.checked import Checked
from checker.model.model import Model
from checker.sizing.potential.bound import NoBound, bound_of
from checker.sizing.result import Bound

MOST_S = 30.0  # where no limit is given
GRACE_S = 5.0  # at the end of which it is not waited any longer
NO_MEMORY = "its memory does not suffice"


def bound_apart(checked: Checked, model: Model, meter: str, *, time_s: float | None, memory_mib: float | None) -> Bound | NoBound:
    """As `bound_of`, within limits (of its own memory; no time: 30 s)."""
    most = MOST_S if time_s is None else time_s
    linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
    context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(theirs, checked, model, meter, memory_mib), daemon=True)
    began = perf_counter()
    child.start()
    theirs.close()
    try:
        if not ours.poll(most):
            return NoBound(reason=f"not found within {most:g} s (--time gives it more)")
        answer = ours.recv()
    except EOFError:  # the system has ended it
        return NoBound(reason=NO_MEMORY)
    finally:
        child.kill()
        child.join(GRACE_S)
        ours.close()
    if isinstance(answer, Exception):
        answer.add_note(f"It happened while a bound on {meter} for every size was looked for ({perf_counter() - began:.0f} s).")
        raise answer
    assert isinstance(answer, Bound | NoBound)
    return answer


def _run(pipe: Connection, checked: Checked, model: Model, meter: str, memory_mib: float | None) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    try:
        if memory_mib is not None:
            import resource

            most = int(memory_mib * 2**20)
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        pipe.send(bound_of(checked, model, meter))
    except ImportError:
        pipe.send(NoBound(reason="Z3 is not installed here: `pip install z3-solver`"))
    except MemoryError:
        pipe.send(NoBound(reason=NO_MEMORY))
    except Exception as fault:
        out_of_memory = type(fault).__name__ == "Z3Exception" and "memory" in str(fault)
        pipe.send(NoBound(reason=NO_MEMORY) if out_of_memory else fault)
