"""What a controlled run can raise of its own."""

from __future__ import annotations


class RealIORefused(NotImplementedError):
    """The code under test asked the loop for real input or output: a socket, a pipe, a subprocess.

    A run has virtual time and must be the same each time it is run; the real world has neither. Put an in-memory fake of the service
    behind `boundary`, or give the framework its in-process transport. (A NotImplementedError, as loops without sockets raise it.)
    """


class InjectedError(ConnectionError):
    """The error that the faults `error_before` and `error_after` raise unless `boundary(..., error=...)` names another."""


class Deadlock(Exception):
    """Nothing is ready, no timer is set, no helper thread works, and the test has not ended. The text says who waits where."""


class Livelock(Exception):
    """The run reached its budget of steps. The text shows the stretch that repeats, if one does."""


class NoCoroutine(TypeError):
    """What was to be run is no coroutine function."""


class LoopInUse(RuntimeError):
    """A run was started from a coroutine: `explore` and `run_once` are called from plain functions."""
