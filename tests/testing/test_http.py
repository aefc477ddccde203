"""HTTP within a run: a client reaches a server in the same process, and nothing outside."""

from __future__ import annotations

import asyncio
import socket

import pytest

from checker.testing import boundary, explore, run_once, together
from tests.testing.teams import Board, claim

httpx = pytest.importorskip("httpx")
applications = pytest.importorskip("starlette.applications")


def test_requests_of_a_client_to_an_app_in_process_race_at_its_store() -> None:
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def two_requests() -> None:
        board = Board()

        async def post(request):  # type: ignore[no-untyped-def]
            await claim(boundary(board), request.query_params["who"])
            return PlainTextResponse("claimed")

        app = applications.Starlette(routes=[Route("/claim", post, methods=["POST"])])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk") as client:
            await together(ann=client.post("/claim?who=ann"), bob=client.post("/claim?who=bob"))
        assert board.claims == 1, "claimed twice"

    assert "claimed twice" in explore(two_requests, schedules=20, mode="latency").text()


def refusal(test) -> str:  # type: ignore[no-untyped-def]
    failure = run_once(test).failure
    assert failure is not None
    return f"{failure.name}: {failure.text}"


def test_a_connection_is_refused_on_the_loop_in_a_blocking_client_and_in_a_job() -> None:
    async def awaited() -> None:
        async with httpx.AsyncClient() as client:
            await client.get("http://127.0.0.1:9/")

    async def blocking() -> None:
        httpx.get("http://127.0.0.1:9/")

    async def in_a_job() -> None:
        await asyncio.to_thread(socket.create_connection, ("127.0.0.1", 9))

    for test in (awaited, blocking, in_a_job):
        told = refusal(test)
        assert "RealIORefused" in told.partition(": ")[0], told
        assert "httpx.ASGITransport(app=app)" in told
    with socket.socket() as listening:  # afterwards all is as it was
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        socket.create_connection(listening.getsockname()).close()
