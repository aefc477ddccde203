"""Bugs of libraries that agents stand on."""

from __future__ import annotations

from typing import Any

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


@bug("async-lru==2.0.4", "async-lru==2.0.5", "CancelledError", sweeps=True, cancel=["price-3"])
async def a_cache_whose_work_is_cancelled() -> None:
    """Once the call behind `alru_cache` is cancelled, the cache answers CancelledError for ever."""
    from async_lru import alru_cache

    prices = boundary(_Prices())

    @alru_cache
    async def price(of: str) -> int:
        return await prices.get(of)

    await together(ann=price("tea"))
    later = await together(bob=price("tea"))
    assert later["bob"] == 3, f"bob is answered {later['bob']!r}"


class _Prices:
    async def get(self, of: str) -> int:
        return 3


@bug("httpcore==1.0.9", None, "bob waits for an Event", sweeps=True, cancel=["ann"])
async def a_request_that_is_given_up() -> None:
    """A request that is cancelled keeps its connection, and a pool of one connection serves nobody any more (httpcore, issue 1093)."""
    import httpcore

    answer = [b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n", b"\r\n", b"{}"] * 3
    async with httpcore.AsyncConnectionPool(max_connections=1, network_backend=_Network(answer)) as pool:
        await together(ann=pool.request("GET", "http://desk/"), bob=pool.request("GET", "http://desk/"))
        try:
            await pool.request("GET", "http://desk/", extensions={"timeout": {"pool": 60}})
        except httpcore.PoolTimeout:
            raise AssertionError(f"requests are not served: {pool}") from None


def _Network(answer: list[bytes]) -> Any:
    import httpcore

    class Network(httpcore.AsyncMockBackend):
        async def connect_tcp(self, *args: Any, **kwargs: Any) -> Any:
            return boundary(await super().connect_tcp(*args, **kwargs))

    return boundary(Network(answer))
