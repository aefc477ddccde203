"""The parts of an event loop that reach outside, and blocking connections: each refuses with a plain message."""

from __future__ import annotations

import asyncio
import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from checker.testing.environment import current_loop
from checker.testing.errors import RealIORefused

_REFUSAL = (
    "is real input or output, which a controlled run refuses: put an in-memory fake behind `boundary(...)`, or use the in-process transport of the "
    "framework (of httpx: `httpx.AsyncClient(transport=httpx.ASGITransport(app=app))`)"
)


def _refusing(name: str, what: str) -> Any:
    def refuse(self: object, *args: Any, **kwargs: Any) -> NoReturn:
        raise RealIORefused(f"loop.{name}: {what} {_REFUSAL}")

    async def refuse_later(self: object, *args: Any, **kwargs: Any) -> NoReturn:
        refuse(self, *args, **kwargs)

    chosen = refuse_later if inspect.iscoroutinefunction(getattr(asyncio.AbstractEventLoop, name, None)) else refuse
    chosen.__name__ = name
    return chosen


_NETWORK = (
    "create_connection create_server create_datagram_endpoint create_unix_connection create_unix_server connect_accepted_socket "
    "sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto sock_connect sock_accept sock_sendfile "
    "sendfile start_tls getaddrinfo getnameinfo"
)
_REFUSED = {
    "a network connection": _NETWORK,
    "a file descriptor": "add_reader remove_reader add_writer remove_writer",
    "a pipe": "connect_read_pipe connect_write_pipe",
    "a subprocess": "subprocess_shell subprocess_exec",
    "a signal of the operating system": "add_signal_handler remove_signal_handler",
}


class NoIO(asyncio.AbstractEventLoop):
    """Refuses sockets, file descriptors, pipes, subprocesses and signals with RealIORefused."""


for _what, _names in _REFUSED.items():
    for _name in _names.split():
        setattr(NoIO, _name, _refusing(_name, _what))


@contextmanager
def no_connections() -> Iterator[None]:
    """Within: a blocking client on the loop's thread, or in a job, connects to nothing. What other threads do is theirs."""
    real = {(of, name): getattr(of, name) for of, name in _BLOCKING}
    for (of, name), function in real.items():
        setattr(of, name, _unless_controlled(name, function))
    try:
        yield
    finally:
        for (of, name), function in real.items():
            setattr(of, name, function)


_BLOCKING: tuple[tuple[Any, str], ...] = ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo"))


def _unless_controlled(name: str, function: Any) -> Any:
    def refuse_in_a_run(*args: Any, **kwargs: Any) -> Any:
        loop = current_loop()
        if loop is not None and (loop.thread == threading.get_ident() or loop.jobs.current() is not None):
            raise RealIORefused(f"socket.{name}: a network connection {_REFUSAL}")
        return function(*args, **kwargs)

    return refuse_in_a_run
