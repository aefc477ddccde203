"""`boundary(obj)`: each call of a store, model, tool or broker becomes a scheduling point, a recorded interval and a fault point.

In-memory fakes never suspend, so with them a test sees one order only. At a boundary an async call takes a request and a reply leg of
virtual time; the real method runs between them. Outside a controlled run the proxy only passes the calls on.

| method | scheduling points | faults |
|---|---|---|
| `async def` (or one that returns an awaitable) | before and after the effect | all |
| async generator, or one that returns an async iterator | before each item | error_before, error_after, drop, delay, crash, crash_after |
| returns an async context manager | entering and leaving are calls of their own | as for `async def` |
| plain method, called in a job (`to_thread`) | before and after the effect | all but collect |
| plain method, called on the loop | none: nothing can run between, as in production | all but collect; see below |

What the faults do: `delay` adds `delay_s` to the request. `error_before` raises without the effect, `error_after` has the effect and
then raises. `duplicate` has the effect a second time, later, as at-least-once delivery does. `drop` returns None without the effect, as
a lost message does. `crash` stops the agent before the effect, `crash_after` once the effect is done: its tasks never run again, no
`finally` of theirs does, and nobody is told. `collect` runs the garbage collector while the request is under way: a task that nobody but
the loop holds is gone, as asyncio documents. In a plain method on the loop, `delay` moves the clock on as a blocking call does, and a
crash takes place at the next `await`, for nothing can stop code before it. (Python cannot drop a suspended coroutine without running its
`finally`: that happens after the run has been judged, with nobody watching.)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from msgspec import Struct, structs

from checker.testing.calls import call_plainly, call_slowly, stream
from checker.testing.choices import FAULTS
from checker.testing.environment import current_loop
from checker.testing.errors import InjectedError

if TYPE_CHECKING:
    from checker.testing.loop import ControlledLoop

T = TypeVar("T")
ErrorMaker = Callable[[str], BaseException]


class Terms(Struct, frozen=True, kw_only=True):
    """How calls at one boundary behave. `faults`: which may strike, at any method or by method."""

    name: str
    low_us: int  # of a whole call: its request and its reply have half each
    plain_us: int
    high_us: int
    faults: tuple[str, ...] | Mapping[str, tuple[str, ...]]
    error: ErrorMaker
    delay_s: float
    snapshot: Callable[[Any], Any] | None

    def faults_at(self, op: str) -> tuple[str, ...]:
        """Those that may strike at this method."""
        return self.faults.get(op, ()) if isinstance(self.faults, Mapping) else self.faults


PLAIN_US = 1_000


def boundary(
    obj: T,
    ops: Iterable[str] | None = None,
    *,
    name: str | None = None,
    latency_s: tuple[float, float] = (0.0, 0.2),
    faults: Iterable[str] | Mapping[str, Iterable[str]] = FAULTS,
    error: type[BaseException] | ErrorMaker = InjectedError,
    delay_s: float = 60.0,
    snapshot: Callable[[Any], Any] | None = None,
) -> T:
    """A proxy of `obj` whose calls are scheduled, recorded, and may fail.

    `ops`: the methods to treat so; None: every public method, and entering, leaving, iterating and calling the object itself.
    `latency_s`: the shortest and the longest call; in plain order one takes a millisecond, or the nearest to it that is allowed.
    `faults`: which may strike here, of those that `explore(..., faults=...)` gives a budget for; by method, where they differ:
    `{"put": ["drop", "crash"]}`, and none at a method that is not named. `error`: what injected errors are,
    an exception class or a function of the method's name. `snapshot`: applied to arguments and results before they are recorded.

    The proxy passes `isinstance` checks of the class of `obj`; its own calls to itself are not at the boundary.
    """
    wanted = None if ops is None else frozenset(ops)
    for op in sorted({*(wanted or ()), *(faults if isinstance(faults, Mapping) else ())}):
        if not callable(getattr(obj, op, None)):
            raise ValueError(f"`{op}` is no method of {type(obj).__name__}")
    terms = terms_of(
        name or type(obj).__name__, latency_s=latency_s, faults=faults, error=error, delay_s=delay_s, snapshot=snapshot
    )
    made: Any = _proxy_class(type(obj))(obj, terms, wanted)
    return made  # type: ignore[no-any-return]


def terms_of(
    name: str,
    *,
    latency_s: tuple[float, float] = (0.0, 0.2),
    faults: Iterable[str] | Mapping[str, Iterable[str]] = FAULTS,
    error: type[BaseException] | ErrorMaker = InjectedError,
    delay_s: float = 60.0,
    snapshot: Callable[[Any], Any] | None = None,
) -> Terms:
    """The terms that `boundary` is given, checked."""
    try:
        low, high = (round(seconds * 1e6) for seconds in latency_s)
    except (TypeError, ValueError):
        low, high = 0, -1
    if not 0 <= low <= high:
        raise ValueError(f"latency_s={latency_s}: two numbers, the shortest and the longest call in seconds")
    return Terms(
        name=name,
        low_us=low,
        plain_us=min(max(PLAIN_US, low), high),
        high_us=high,
        faults={op: _allowed(some) for op, some in faults.items()} if isinstance(faults, Mapping) else _allowed(faults),
        error=_error_maker(error),
        delay_s=delay_s,
        snapshot=snapshot,
    )


def _allowed(faults: Iterable[str]) -> tuple[str, ...]:
    allowed = (faults,) if isinstance(faults, str) else tuple(faults)
    if unknown := [fault for fault in allowed if fault not in FAULTS]:
        raise ValueError(f"`{unknown[0]}` is no fault of a boundary: {', '.join(FAULTS)}")
    return allowed


def _error_maker(error: type[BaseException] | ErrorMaker) -> ErrorMaker:
    if isinstance(error, type):
        made = error
        return lambda op: made(f"injected: the call of {op} failed")
    return error


class Proxy:
    """Stands for an object; `_proxy_class` adds the special methods that the object's class has."""

    def __init__(self, target: Any, terms: Terms, ops: frozenset[str] | None) -> None:
        put = object.__setattr__
        put(self, "_teamcheck_target", target)
        put(self, "_teamcheck_terms", terms)
        put(self, "_teamcheck_ops", ops)
        put(self, "_teamcheck_made", {})

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._teamcheck_target)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._teamcheck_target, name)
        return self._teamcheck_method(name, value) if _is_op(name, value, self._teamcheck_ops) else value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._teamcheck_target, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._teamcheck_target, name)

    def __repr__(self) -> str:
        return f"boundary({self._teamcheck_target!r})"

    def __eq__(self, other: object) -> bool:
        return bool(self._teamcheck_target == unwrap(other))

    def __hash__(self) -> int:
        return hash(self._teamcheck_target)

    def _teamcheck_method(self, name: str, value: Any) -> Any:
        made = self._teamcheck_made.get(name)
        if made is None or made.__wrapped__ != value:
            made = self._teamcheck_made[name] = guard(name, value, self._teamcheck_terms)
        return made


def unwrap(obj: Any) -> Any:
    """The object behind a proxy; any other object itself."""
    return obj._teamcheck_target if isinstance(type(obj), type) and issubclass(type(obj), Proxy) else obj


def _is_op(name: str, value: Any, ops: frozenset[str] | None) -> bool:
    if ops is not None:
        return name in ops
    return not name.startswith("_") and callable(value) and not isinstance(value, type)


def guard(op: str, function: Callable[..., Any], terms: Terms) -> Callable[..., Any]:
    """`function` as a method at the boundary."""
    guarded: Any
    if inspect.iscoroutinefunction(function):
        guarded = _guarded_coroutine(op, function, terms)
    elif inspect.isasyncgenfunction(function):
        guarded = _guarded_generator(op, function, terms)
    else:
        guarded = _guarded_plain(op, function, terms)
    for key in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(function, key):
            setattr(guarded, key, getattr(function, key))
    guarded.__wrapped__ = function
    return guarded  # type: ignore[no-any-return]


def _guarded_coroutine(op: str, function: Callable[..., Any], terms: Terms) -> Callable[..., Any]:
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        loop = _loop_now()
        if loop is None:
            return await function(*args, **kwargs)
        return await call_slowly(loop, terms, op, function, args, kwargs)

    return guarded


def _guarded_generator(op: str, function: Callable[..., Any], terms: Terms) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        loop = _loop_now()
        items = function(*args, **kwargs)
        return items if loop is None else stream(loop, terms, op, items, args, kwargs)

    return guarded


def _guarded_plain(op: str, function: Callable[..., Any], terms: Terms) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        loop = _loop_now()
        if loop is None:
            return function(*args, **kwargs)
        return _guarded_context(call_plainly(loop, terms, op, function, args, kwargs), function, terms, op)

    return guarded


def _loop_now() -> ControlledLoop | None:
    """The loop whose run is on; None outside runs and while one is cleaned up."""
    loop = current_loop()
    return None if loop is None or loop.ending else loop


def _guarded_context(result: Any, function: Any, terms: Terms, op: str) -> Any:
    """An async context manager that a method returned, at the boundary too."""
    if not hasattr(result, "__aenter__") or (isinstance(type(result), type) and issubclass(type(result), Proxy)):
        return result
    if isinstance(result, type(getattr(function, "__self__", None))):
        return _proxy_class(type(result))(result, terms, None)  # a copy of the object itself
    ops = frozenset({"__aenter__", "__aexit__"})
    return _proxy_class(type(result))(result, structs.replace(terms, name=f"{terms.name}.{op}", faults=terms.faults_at(op)), ops)


async def _enter(proxy: Proxy, enter: Callable[[], Any]) -> Any:
    entered = await enter()
    return proxy if entered is proxy._teamcheck_target else entered


# --- special methods, which Python looks up in the class ----------------------------------------------------------------------

_GUARDED = ("__call__", "__aenter__", "__aexit__", "__enter__", "__exit__", "__anext__")
_PASSED_ON = (
    *("__len__", "__bool__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__iter__", "__next__", "__reversed__"),
    *("__await__", "__str__", "__index__", "__int__", "__float__", "__or__", "__ror__", "__and__", "__add__"),
    *("__lt__", "__le__", "__gt__", "__ge__"),
)
_classes: WeakKeyDictionary[type, type[Proxy]] = WeakKeyDictionary()


def _proxy_class(target: type) -> type[Proxy]:
    made = _classes.get(target)
    if made is None:
        names: dict[str, Any] = {name: _guarded(name) for name in _GUARDED if hasattr(target, name)}
        names |= {name: _passed_on(name) for name in _PASSED_ON if hasattr(target, name)}
        if hasattr(target, "__aiter__"):
            names["__aiter__"] = _aiter
        made = _classes[target] = type(f"Boundary[{target.__name__}]", (Proxy,), names)
    return made


def _guarded(name: str) -> Any:
    def special(self: Proxy, *args: Any, **kwargs: Any) -> Any:
        target = self._teamcheck_target
        bound = target if name == "__call__" and inspect.isroutine(target) else getattr(target, name)
        if self._teamcheck_ops is not None and name not in self._teamcheck_ops:
            return bound(*args, **kwargs)
        guarded = guard(name, bound, self._teamcheck_terms)
        if name == "__aenter__":
            return _enter(self, guarded)
        result = guarded(*args, **kwargs)
        return self if name == "__enter__" and result is self._teamcheck_target else result

    special.__name__ = name
    return special


def _passed_on(name: str) -> Any:
    def special(self: Proxy, *args: Any) -> Any:
        return getattr(self._teamcheck_target, name)(*(unwrap(arg) for arg in args))

    special.__name__ = name
    return special


def _aiter(self: Proxy) -> Any:
    items = self._teamcheck_target.__aiter__()
    loop = _loop_now()
    if loop is None or (self._teamcheck_ops is not None and "__aiter__" not in self._teamcheck_ops):
        return items
    return stream(loop, self._teamcheck_terms, "__aiter__", items, (), {})
