"""A solver that stays for the next questions: to begin a process costs more than most questions do."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import perf_counter
from typing import final

from checker.sorted.solve import GRACE_S, MEMORY, TIME, Answer, Script, answered, decider, load


@final
class Standing:
    """Z3 in a process that begins with the first question, and anew after one that it did not outlive. It ends with this object."""

    def __init__(self, memory_mib: float | None) -> None:
        self.memory_mib = memory_mib
        self._pipe: Connection | None = None
        self._end: weakref.finalize[[Connection, BaseProcess, int], Standing] | None = None

    def answers(self, scripts: Iterable[Script], time_s: float) -> Iterator[Answer]:
        """The answer to each script, in order; the next one is made while the solver is at work. `time_s`: for each of them. Raises SolverMissing,
        and what the making of a script raises.
        """
        load("z3")
        coming = iter(scripts)
        script = next(coming, None)
        while script is not None:
            start = perf_counter()
            try:
                self._ask(script, time_s)
                following = next(coming, None)
            except BaseException:  # what it says now would be no answer to the next question
                self.end()
                raise
            yield self._answer(start, time_s)
            script = following

    def _ask(self, script: Script, time_s: float) -> None:
        pipe = self._begun()
        with suppress(ConnectionError):  # then there is no answer to be had
            pipe.send((script, time_s))

    def _answer(self, start: float, time_s: float) -> Answer:
        pipe, answer = self._begun(), None
        try:
            if not pipe.poll(max(0.0, start + time_s + GRACE_S - perf_counter())):
                return Answer(result="unknown", seconds=perf_counter() - start, reason=TIME)
            answer = pipe.recv()
        except (EOFError, ConnectionError):  # the system, or the solver itself, has ended it
            return Answer(result="unknown", seconds=perf_counter() - start, reason=MEMORY)
        finally:
            if not isinstance(answer, Answer):  # whatever it says now is no answer to the next question
                self.end()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Answer)
        return answer

    def end(self) -> None:
        if self._end is not None:
            self._end()
        self._pipe = self._end = None

    def _begun(self) -> Connection:
        if self._pipe is None:
            linux = sys.platform == "linux"  # where a fork is safe, and spares the child its imports
            context = multiprocessing.get_context("fork") if linux else multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            child = context.Process(target=_run, args=(theirs, ours, self.memory_mib), daemon=True)
            child.start()
            theirs.close()
            self._pipe, self._end = ours, weakref.finalize(self, _ended, ours, child, os.getpid())
        return self._pipe


def _ended(pipe: Connection, child: BaseProcess, parent: int) -> None:
    """In a process that was forked from the parent, where a copy of the object ends too, the solver goes on."""
    if os.getpid() == parent:
        child.kill()
        child.join()
    pipe.close()


def _run(pipe: Connection, other_end: Connection, memory_mib: float | None) -> None:
    """In the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    other_end.close()  # so that it is seen when the parent is no more
    try:
        while True:
            script, time_s = pipe.recv()
            pipe.send(answered(script, decider("z3", time_s, memory_mib)))
    except EOFError:
        return
    except Exception as fault:
        pipe.send(fault)
