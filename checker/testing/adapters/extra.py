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
        raise ModuleNotFoundError(
            f"this adapter needs {error.name}, which is not installed: pip install 'teamcheck[{name}]'", name=error.name
        ) from None
