"""The protocols of the bench: a quick size of each, 10^5 to 10^6 states, and a full one, 10^6 to 10^8."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import abspath

from msgspec import Struct
from msgspec.structs import replace

ROOT = abspath(f"{__file__}/../../..")
WANTED_RATIO = 5.0  # our transitions a CPU second by SPIN's
WANTED_RATIO_ARITHMETIC = 3.0


class Case(Struct, frozen=True, kw_only=True):
    """A protocol at one size. `states`: the known number of distinct states, 0 where none is known; `symmetric`: it has fewer orbits."""

    name: str
    spec: str
    instance: str | None = None
    faults: str = "none"
    settings: tuple[tuple[str, str], ...] = ()
    states: int = 0
    wanted_ratio: float = WANTED_RATIO
    symmetric: bool = False


def two_phase_commit(participants: int, states: int) -> Case:
    return Case(
        name=f"two_phase_commit_{participants}",
        spec="specs/two_phase_commit.spec",
        instance="three",
        settings=(("participants", str(participants)),),
        states=states,
        symmetric=True,
    )


def lossy_lease(clients: int, leases: int, states: int) -> Case:
    """The network loses and repeats grants, a client crashes and comes again."""
    return Case(
        name=f"lossy_lease_{clients}_{leases}",
        spec="specs/bench/lossy_lease.spec",
        instance="small",
        faults="rough",
        settings=(("clients", str(clients)), ("leases", str(leases))),
        states=states,
        symmetric=True,
    )


def seed_team(agents: int, tasks: int, faults: str, states: int) -> Case:
    """The seed study's team with leases; three of its tasks depend on each other."""
    return Case(
        name=f"seed_team_{agents}_{tasks}",
        spec="specs/seed_leased.spec",
        instance="three",
        faults=faults,
        settings=(("agents", str(agents)), ("tasks", str(tasks))),
        states=states,
        symmetric=True,
    )


def dining(philosophers: int, states: int) -> Case:
    return Case(
        name=f"dining_{philosophers}",
        spec="specs/dining.spec",
        instance="one_differs",
        settings=(("philosophers", str(philosophers)),),
        states=states,
    )


def paxos(proposers: int, acceptors: int, states: int) -> Case:
    return Case(
        name=f"paxos_{proposers}_{acceptors}",
        spec="specs/paxos.spec",
        instance="small",
        settings=(("proposers", str(proposers)), ("acceptors", str(acceptors))),
        states=states,
        symmetric=True,
    )


def token_budget(agents: int, calls: int, capacity: int, states: int) -> Case:
    """The arithmetic-heavy one."""
    return Case(
        name=f"token_budget_{agents}_{calls}",
        spec="specs/bench/token_budget.spec",
        instance="small",
        settings=(("agents", str(agents)), ("calls", str(calls)), ("capacity", str(capacity))),
        states=states,
        wanted_ratio=WANTED_RATIO_ARITHMETIC,
    )


SMALL = (two_phase_commit(3, 288),)  # for what it takes to start

QUICK = (
    two_phase_commit(7, 296_448),
    lossy_lease(2, 4, 891_700),
    seed_team(4, 4, "one_crash", 318_405),
    dining(10, 306_030),
    paxos(3, 3, 328_509),
    token_budget(3, 6, 20, 498_250),
)

FULL = (
    two_phase_commit(9, 10_340_352),
    two_phase_commit(10, 0),
    lossy_lease(3, 4, 10_914_942),
    seed_team(5, 5, "none", 6_956_338),
    dining(13, 0),
    paxos(2, 5, 2_169_729),
    token_budget(4, 6, 30, 11_453_471),
)


def named(name: str) -> Case:
    """Raises SystemExit, with the names that there are, for one that is not."""
    cases = {case.name: case for case in (*SMALL, *QUICK, *FULL)}
    if name not in cases:
        raise SystemExit(f"there is no {name}; there are {', '.join(cases)}")
    return cases[name]


def with_settings(case: Case, settings: Sequence[str]) -> Case:
    """The case at another size: its states are not known."""
    if not settings:
        return case
    pairs = dict(case.settings) | dict(_pair(setting) for setting in settings)
    return replace(case, settings=tuple(pairs.items()), states=0)


def _pair(setting: str) -> tuple[str, str]:
    name, is_there, value = setting.partition("=")
    if not is_there:
        raise SystemExit(f"--set NAME=VALUE, not {setting}")
    return name, value
