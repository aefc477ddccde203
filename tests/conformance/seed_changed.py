"""Changed runs of the seed study, against an account of its coordinators that shares nothing with the checker:
`python -m tests.conformance.seed_changed DATA [--count N] [--seed S]` (DATA as for `tests.conformance.seed_runs`).

Real runs, each changed in one way: a record left out, twice, swapped with the next, of another agent, of another kind; cut off in the middle, or cut
off and said to have ended. The oracle is a page of plain Python. Whose turn it is and what a reply may still hold follows from the records alone; of
the board it keeps each way in which the tasks can stand. Pre-assigned runs are cut short first: the ways grow with each completion.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from tests.conformance.seed_runs import ASSIGNED, BOARD, CHAIN, TASKS, _read, assigned, board, checked, records

Record = dict[str, Any]
Way = tuple[Any, ...]

TOLD = ("agent_reply", "claim_task", "claim_blocked", "complete_task", "run_tests")
MOST = 300_000  # ways in which the tasks can stand
SHORT = 60  # records of a pre-assigned run


class Account:
    """Of a run: None where it goes on, or why it cannot be. `ways`: how the tasks can stand."""

    def __init__(self, agents: int, first: set[Way]) -> None:
        self.agents, self.ways = agents, first
        self.replied = set(range(agents))
        self.turn: int | None = None
        self.part = 0

    def explains(self, run: list[Record]) -> bool | None:
        """None: too many ways."""
        for record in run:
            if not self.takes(record) or not self.ways:
                return False
            if len(self.ways) > MOST:
                return None
        return True

    def takes(self, record: Record) -> bool:
        kind = record["type"]
        agent = int(record["agent"][3:]) - 1 if "agent" in record else None
        if kind == "round_start":
            self.ways = {way for way in self.ways if not self.finished(way)}
            full, self.replied, self.turn = len(self.replied) == self.agents, set(), None
            return full
        if kind == "agent_reply":
            new = agent not in self.replied
            self.turn, self.part = agent, 0
            self.replied.add(agent)  # type: ignore[arg-type]
            return new
        if kind == "run_end":
            self.ways = {way for way in self.ways if self.finished(way) == bool(record.get("success"))}
            return True
        if kind not in TOLD:
            return True
        if self.turn is None or (kind == "claim_task" and agent is not None and agent != self.turn):
            return False
        stage = {"claim_task": 0, "claim_blocked": 0, "complete_task": 1, "run_tests": 2}[kind]
        in_order = self.part <= stage
        if kind == "run_tests":
            self.part = 2
            return True  # tests follow each other
        self.part = max(self.part, stage)
        self.ways = {after for way in self.ways for after in self.after(kind, way, self.turn)}
        return in_order

    def finished(self, way: Way) -> bool:
        raise NotImplementedError

    def after(self, kind: str, way: Way, who: int) -> Iterator[Way]:
        raise NotImplementedError


class Decentralized(Account):
    """A way: how many of the chain are done, who holds the next, how many free tasks nobody has, and each agent has open, and who completed one."""

    def __init__(self, agents: int, chain: int) -> None:
        super().__init__(agents, {(0, None, TASKS - chain, (0,) * agents, frozenset())})
        self.chain = chain

    def finished(self, way: Way) -> bool:
        done, _, left, held, _ = way
        return bool(done == self.chain and left == 0 and not any(held))

    def after(self, kind: str, way: Way, who: int) -> Iterator[Way]:
        done, holder, left, held, had = way

        def holding(change: int) -> tuple[int, ...]:
            return tuple(n + change if agent == who else n for agent, n in enumerate(held))

        if kind == "claim_task":
            if done < self.chain and holder is None:
                yield done, who, left, held, had
            if left:
                yield done, holder, left - 1, holding(1), had
        elif kind == "claim_blocked":
            if self.chain - done >= 2:
                yield way
        else:
            if holder == who:
                yield done + 1, None, left, held, had | {who}
            if held[who]:
                yield done, holder, left, holding(-1), had | {who}
            if who in had:
                yield way


class Assigned(Account):
    """A way: the status of each task of the chain, which agent 0 has, and of each agent's free tasks how many wait, are claimed, are done."""

    def __init__(self, agents: int, chain: int, needs: list[set[int]], gate: str) -> None:
        share = Counter((place + 1) % agents for place in range(TASKS - chain))
        super().__init__(agents, {("a" * chain, tuple((share[agent], 0, 0) for agent in range(agents)))})
        self.needs, self.gate = needs, gate

    def finished(self, way: Way) -> bool:
        return set(way[0]) == {"d"} and not any(waiting or claimed for waiting, claimed, _ in way[1])

    def after(self, kind: str, way: Way, who: int) -> Iterator[Way]:
        chain, free = way
        ready = [all(chain[need] == "d" for need in needs) for needs in self.needs]

        def link(task: int, status: str) -> Way:
            return chain[:task] + status + chain[task + 1 :], free

        def moved(one: int, to: int) -> Iterator[Way]:
            mine = list(free[who])
            if mine[one]:
                mine[one] -= 1
                mine[to] += 1
                yield chain, (*free[:who], tuple(mine), *free[who + 1 :])

        mine = [(task, status) for task, status in enumerate(chain) if who == 0]
        if kind == "claim_task":
            yield from (link(task, "p") for task, status in mine if status == "a" and ready[task])
            yield from moved(0, 1)
        elif kind == "claim_blocked":
            if any(status == "a" and not ready[task] for task, status in mine):
                yield way
        else:
            may = {"nothing": "apd", "claim": "pd"}[self.gate]
            yield from (link(task, "d") for task, status in mine if status in may)
            yield from moved(1, 2)
            if self.gate == "nothing":
                yield from moved(0, 2)
            if free[who][2]:
                yield way


# --- changes -----------------------------------------------------------------------------------------------------------

CHANGES = (
    "as it was",
    "left out",
    "twice",
    "swapped",
    "another agent",
    "another kind",
    "cut off",
    "ended early",
    "moved",
    "two mixed",
    "goes on",
)


def changed(run: list[Record], change: str, agents: int, random: Random, other: list[Record]) -> list[Record]:
    """`other`: another run of the same team."""
    told = [place for place, record in enumerate(run) if record["type"] in TOLD]
    named = [place for place in told if "agent" in run[place]]
    found, place = list(run), random.choice(told)
    match change:
        case "left out":
            del found[place]
        case "twice":
            found.insert(place, run[place])
        case "swapped":
            place, following = random.choice(list(pairwise(told)))
            found[place], found[following] = run[following], run[place]
        case "another agent":
            place = random.choice(named)
            found[place] = {**run[place], "agent": f"Dev{random.randint(1, agents)}"}
        case "another kind":
            kind = random.choice([kind for kind in TOLD if kind != run[place]["type"]])
            agent = {"agent": f"Dev{random.randint(1, agents)}"} if kind in ("agent_reply", "claim_task") else {}
            found[place] = {"type": kind, **agent}
        case "cut off":
            del found[place:]
        case "moved":
            found.insert(random.choice(told), found.pop(place))
        case "two mixed":
            found = [record for pair in zip(run, other, strict=False) for record in pair if random.random() < 0.5]
        case "goes on":
            found[place:] = other[place:]
        case "ended early":
            found[place:] = [{"type": "run_end", "success": random.random() < 0.5}]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    graphs, events, groups = _read(arguments.data)
    table: Counter[tuple[str, str, str]] = Counter()
    wrong = 0
    while table.total() < arguments.count:
        (mode, task, label, agents), group = random.choice(sorted(groups.items()))
        gate = random.choice(["nothing", "claim"])
        runs: list[list[Record]] = []
        expected: list[tuple[str, bool]] = []
        graph = graphs[f"{task}/{label}"]
        for change in CHANGES:
            run, other = (
                [{k: v for k, v in record.items() if k != "run"} for record in records(real, events[real["run_dir"]])]
                for real in (random.choice(group), random.choice(group))
            )
            most = None if mode == "decentralized" else SHORT
            run = changed(run[:most], change, agents, random, other[:most])
            needs = [{int(need.split("-")[1]) - 1 for need in graph[f"task-{n + 1}"]} for n in range(CHAIN[label])]
            account = (
                Decentralized(agents, CHAIN[label]) if mode == "decentralized" else Assigned(agents, CHAIN[label], needs, gate)
            )
            right = account.explains(run)
            if right is None:
                table[mode, change, "too many ways for the oracle"] += 1
            else:
                runs.append(run)
                expected.append((change, right))
        instance = board(agents, label) if mode == "decentralized" else assigned(agents, label, graph, gate)
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log.jsonl"
            log.write_text("".join(json.dumps({**one, "run": f"{n}"}) + "\n" for n, run in enumerate(runs) for one in run))
            found = checked(BOARD if mode == "decentralized" else ASSIGNED, log, instance)
        verdicts = {result.run: result.verdict for result in found.runs}
        for number, (change, right) in enumerate(expected):
            said = verdicts.get(str(number), "conforms")  # of a run without records nothing is said
            table[mode, change, said] += 1
            if said != ("conforms" if right else "violates"):
                wrong += 1
                print(f"WRONG: {mode} {task} {label} {agents} {gate} {change}: {said}\n{json.dumps(runs[number])}")
    for (mode, change, said), count in sorted(table.items()):
        print(f"{mode:<18} {change:<14} {said:<30} {count}")
    print(f"{table.total()} runs, {wrong} wrong")


if __name__ == "__main__":
    main()
