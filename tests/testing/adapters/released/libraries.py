"""Bugs of libraries that agents stand on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import uuid4

from checker.testing import boundary, together
from tests.testing.adapters.released.table import bug


def _who_is_given_up_wakes_the_next() -> None:
    """As `asyncio.Semaphore` does it."""
    from aiohttp import BaseConnector

    as_released = BaseConnector._wait_for_available_connection

    async def wait(self: Any, *args: Any) -> None:
        try:
            await as_released(self, *args)
        except BaseException:
            self._release_waiter()
            raise

    BaseConnector._wait_for_available_connection = wait  # type: ignore[method-assign]


@bug(
    "aiohttp==3.14.5",
    None,
    "cyd waits for a future that nobody has resolved",
    sweeps=True,
    repair=_who_is_given_up_wakes_the_next,
    cancel=["bob"],
)
async def a_wait_for_a_connection_that_is_given_up() -> None:
    """One who is given up just when it was woken for a connection does not hand it on, and all who wait behind it wait for ever."""
    from aiohttp import BaseConnector, ClientTimeout

    server = boundary(_Server())

    class Connector(BaseConnector):
        async def _create_connection(self, *args: Any) -> Any:
            return await server.connect()

    request: Any = SimpleNamespace(connection_key=_Connection(), proxy=None)
    connector = Connector(limit=1)

    async def ask() -> None:
        connection = await connector.connect(request, [], ClientTimeout())
        try:
            await server.answer()
        finally:
            connection.release()

    await together(ann=ask(), bob=ask(), cyd=ask())
    await connector.close()


class _Connection:
    """What a pool asks a connection, and the key of its host."""

    is_ssl = False
    should_close = False
    transport = closed = None

    def is_connected(self) -> bool:
        return True

    def close(self) -> None:
        pass


class _Server:
    async def connect(self) -> Any:
        return _Connection()

    async def answer(self) -> None:
        pass


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
    asked = 0

    async def get(self, of: str) -> int:
        self.asked += 1
        return 3


def _who_asks_has_an_event_to_wait_for() -> None:
    """It is made before the lock is asked for, and whoever asks meanwhile gets the same one."""
    from aiocache.lock import RedLock

    async def acquire(self: Any) -> None:
        self._value = str(uuid4())
        released = RedLock._EVENTS.setdefault(self.key, asyncio.Event())
        try:
            await self.client._add(self.key, self._value, ttl=self.lease)
        except ValueError:
            with suppress(TimeoutError):
                await asyncio.wait_for(released.wait(), self.lease)

    async def release(self: Any) -> None:
        if await self.client._redlock_release(self.key, self._value):
            RedLock._EVENTS.pop(self.key, asyncio.Event()).set()

    RedLock._acquire, RedLock._release = acquire, release  # type: ignore[method-assign]


@bug("aiocache==0.12.3", None, "worked out 2 times", repair=_who_asks_has_an_event_to_wait_for)
async def a_lock_of_a_cache_that_is_just_taken() -> None:
    """One who asks for a `RedLock` just after it was taken, before its taker has heard of it, does not wait (as `cached_stampede` does)."""
    from aiocache import SimpleMemoryCache
    from aiocache.lock import RedLock

    cache = boundary(SimpleMemoryCache(), ["_add", "_redlock_release", "get", "set"])
    prices = boundary(_Prices())

    async def price() -> int:
        async with RedLock(cache, "tea", lease=60):
            known = await cache.get("tea")
            if known is None:
                known = await prices.get("tea")
                await cache.set("tea", known)
            return int(known)

    await together(ann=price(), bob=price())
    assert prices.asked == 1, f"the price is worked out {prices.asked} times"


def _a_connection_that_nobody_has_is_dropped() -> None:
    """A cancellation strikes behind the shield of anyio, which keeps off its own alone."""
    from httpcore import AsyncConnectionPool
    from httpcore._async.connection_pool import PoolByteStream

    handle, close = AsyncConnectionPool.handle_async_request, PoolByteStream.aclose

    def drop(pool: Any) -> None:
        held = [id(asked.connection) for asked in pool._requests]
        for connection in [each for each in pool._connections if id(each) not in held and not each.is_idle()]:
            pool._connections.remove(connection)
        pool._assign_requests_to_connections()

    async def handle_or_drop(self: Any, request: Any) -> Any:
        try:
            return await handle(self, request)
        except BaseException:
            drop(self)
            raise

    async def close_or_drop(self: Any) -> None:
        try:
            await close(self)
        except BaseException:
            if self._pool_request in self._pool._requests:
                self._pool._requests.remove(self._pool_request)
            drop(self._pool)
            raise

    AsyncConnectionPool.handle_async_request = handle_or_drop  # type: ignore[method-assign]
    PoolByteStream.aclose = close_or_drop  # type: ignore[method-assign]


@bug(
    "httpcore==1.0.9",
    None,
    "bob waits for an Event",
    sweeps=True,
    repair=_a_connection_that_nobody_has_is_dropped,
    cancel=["ann"],
)
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


@bug("asynciolimiter==1.1.1", "asynciolimiter==1.1.2", "waits for a future that nobody has resolved")
async def a_bucket_that_was_empty() -> None:
    """Once the bucket of a `LeakyBucketLimiter` was empty, who waits for a place in it is never woken (asynciolimiter, issue 17)."""
    from asynciolimiter import LeakyBucketLimiter

    limiter, server = LeakyBucketLimiter(50, capacity=2), boundary(_Server())

    async def ask() -> None:
        for _ in range(3):
            await limiter.wait()
            await server.answer()

    await together(ann=ask(), bob=ask())


@bug("tenacity==8.4.1", "tenacity==9.1.2", "ann is answered None")
async def two_calls_that_are_tried_again() -> None:
    """Of two calls at once of a function that is tried again, one ends without an answer, when what decides about it is awaited."""
    from tenacity import retry, stop_after_attempt
    from tenacity.asyncio import retry_if_exception

    class Shop:
        tries: ClassVar[list[str]] = []

        async def order(self, who: str) -> str:
            self.tries.append(who)
            if self.tries.count(who) < 3:
                raise ConnectionError
            return who

        async def is_back(self) -> bool:
            return True

    Shop.tries = []
    shop = boundary(Shop())

    async def again(error: BaseException) -> bool:
        return bool(await shop.is_back())

    @retry(stop=stop_after_attempt(3), retry=retry_if_exception(again))
    async def order(who: str) -> str:
        return str(await shop.order(who))

    for who, answer in (await together(ann=order("ann"), bob=order("bob"))).items():
        assert answer == who, f"{who} is answered {answer}"


@bug("bubus==1.1.0", "bubus==1.5.6", "timed out after 60")
async def two_events_that_ask_for_others() -> None:
    """Two handlers that await an event of their own each, at once, wait for each other."""
    from bubus import BaseEvent, EventBus

    class Ask(BaseEvent):  # type: ignore[misc]
        n: int

    class Look(BaseEvent):  # type: ignore[misc]
        n: int

    bus, prices = EventBus(name="desk"), boundary(_Prices())

    async def ask(event: Any) -> Any:
        return await (await bus.dispatch(Look(n=event.n))).event_result()

    async def look(event: Any) -> int:
        await prices.get("tea")
        return int(event.n)

    bus.on(Ask, ask)
    bus.on(Look, look)

    async def go(n: int) -> int:
        return int(await (await bus.dispatch(Ask(n=n))).event_result())

    assert await together(ann=go(1), bob=go(2)) == {"ann": 1, "bob": 2}
    await bus.stop()
