"""What an adapter says where its framework is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around the imports of a framework: a package that is missing is told with the command that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        hint = f"{error}; what this adapter needs is installed by: pip install 'teamcheck[{name}]'"
        raise ModuleNotFoundError(hint, name=error.name) from None
