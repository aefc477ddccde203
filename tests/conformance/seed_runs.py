"""The runs of the seed study against its coordinators: `python -m tests.conformance.seed_runs DATA [--mode MODE] [--csv FILE] [--gate GATE]`.

DATA is a folder with `runs.parquet`, `events.parquet` and `task_graphs.json`, made from github.com/emieczkowski/distributed-llm-teams (MIT), the data
behind arXiv 2603.12229; pyarrow reads it (`pip install pyarrow`). A row for each run:

    conforms    the run is a behaviour of the coordinator as its code is. Decentralized: `protocols/logs/seed_board.team`. Pre-assigned:
                `seed_assigned.team`; where it conforms with the `gate` on dependencies it does so without, which only allows more
    bypass      of the pre-assigned arm: it is no behaviour of the coordinator whose `complete` asks that the task was claimed, so some task was
                completed although it was not, whose claim would have been, or was, refused
    floor       decentralized and finished: it took at least ceil(chain / agents) rounds; once: 20 claims were granted, one for each task
    livelock    it never finished: the last round with a claim, and what lies claimed and was never completed
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from checker.api import conform
from checker.conformance.result import Conformance, RunResult

ROOT = Path(__file__).resolve().parents[2]
MAP = Path(__file__).parent / "seed" / "map.toml"
BOARD, ASSIGNED = (ROOT / "protocols" / "logs" / f"seed_{name}.team" for name in ("board", "assigned"))
TASKS = 20
CHAIN = {"p09": 2, "p05": 10, "p02": 16}  # tasks on the critical path
KEPT = ("type", "round", "agent")


def records(run: dict[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of a run as records of a log; how it ended stands in another table of the data."""
    found = []
    for event in events:
        record = {key: event[key] for key in KEPT if event[key] is not None}
        if event["type"] == "run_end":
            record["success"] = run["success"]
        found.append({**record, "run": run["run_dir"]})
    return found


def board(agents: int, label: str) -> str:
    """The values of an instance of `seed_board.team`."""
    return f"agents = {agents}, chain = {CHAIN[label]}, free = {TASKS - CHAIN[label]}"


def assigned(agents: int, label: str, graph: dict[str, list[str]], gate: str) -> str:
    """Those of an instance of `seed_assigned.team`: the chain belongs to the first agent, the free tasks are dealt out from the second on."""
    numbers = {
        int(task.split("-")[1]) - 1: sorted(int(need.split("-")[1]) - 1 for need in needs) for task, needs in graph.items()
    }
    needs = ", ".join(f"{task}: {{{', '.join(map(str, of))}}}" for task, of in numbers.items() if of)
    share = Counter((place + 1) % agents for place in range(TASKS - CHAIN[label]))
    dealt = ", ".join(f"{agent}: {share[agent]}" for agent in range(agents))
    return f"agents = {agents}, chain = {CHAIN[label]}, needs = {{{needs}}}, share = {{{dealt}}}, first = 0, gate = {gate}"


def checked(protocol: Path, log: Path, instance: str) -> Conformance:
    """`instance`: the values of its parameters and constants, which a spec gives."""
    spec = log.with_suffix(".spec")
    spec.write_text(f'spec {protocol.stem} for "{protocol}"\n\ninstance logged: {instance}\n')
    return conform(spec, log, map=MAP, instance="logged")


# --- rows --------------------------------------------------------------------------------------------------------------


def row(run: dict[str, Any], events: list[dict[str, Any]], actual: RunResult, gated: RunResult | None) -> dict[str, Any]:
    claims = sum(event["type"] == "claim_task" for event in events)
    floor = -(-CHAIN[run["p_label"]] // run["n_teammates"])
    return {
        "run": "/".join(run["run_dir"].split("/")[1:]),
        "mode": run["mode"],
        "agents": run["n_teammates"],
        "verdict": actual.verdict,
        "bypass": "" if gated is None else {"violates": "yes", "conforms": "not seen"}.get(gated.verdict, "cannot tell"),
        "bypass_shows_at": "" if gated is None or gated.violation is None else shown(gated.violation.seen.record),
        "rounds": run["total_rounds"],
        "floor": run["total_rounds"] >= floor if run["success"] and gated is None else "",
        "once": claims == TASKS if run["success"] and gated is None else "",
        "finished": run["success"],
        "last_claim": "" if run["success"] else last_claim(events),
        "claim_left_open": "" if run["success"] or gated is not None else left_open(actual),
        "never_completed": "" if run["success"] else never_completed(run, actual),
    }


def shown(record: str) -> str:
    """The first record that the coordinator with the gate would not have written."""
    fields = dict(re.findall(r'"(type|round)":"?(\w+)', record))
    return f"{fields['type']} in round {fields['round']}"


def last_claim(events: list[dict[str, Any]]) -> int:
    """A completion is no sign of progress: to complete a task again is logged too."""
    return max((int(event["round"]) for event in events if event["type"] == "claim_task"), default=0)


def left_open(result: RunResult) -> str:
    """Whether some claim was never completed."""
    low, *_, high = (*result.end.get("open", ("0",)), *result.end.get("open", ("0",)))
    return "yes" if int(low) > 0 else "perhaps" if int(high) > 0 else "no"


def never_completed(run: dict[str, Any], result: RunResult) -> str:
    """What was left open, in the states that explain the run."""
    if run["mode"] != "decentralized":
        if not result.end:
            return "not known"
        certain = sum(values == ("done",) for cell, values in result.end.items() if cell.startswith("status["))
        return f"chain: {certain} of {CHAIN[run['p_label']]} certainly done"
    ends = {cell: values for cell, values in result.end.items() if values not in (("0",), ("none",))}
    if not ends:
        return "not known"
    found = [f"{_span(ends.get('open', ('0',)))} claimed and not completed"]
    if "holder" in ends:
        names = "/".join(map(_called, (name for name in ends["holder"] if name != "none")))
        found.append(
            f"the next of the chain ({_span(ends.get('done', ('0',)))} of {CHAIN[run['p_label']]} done) {_maybe(ends['holder'])}by {names}"
        )
    held = [f"{_span(values)} free by {_called(cell[5:-1])}" for cell, values in ends.items() if cell.startswith("held[")]
    left = [f"{_span(ends['left'])} free never claimed"] if "left" in ends else []
    return "; ".join([*found, *held, *left])


def _called(agent: str) -> str:
    return f"Dev{int(agent.removeprefix('Agent')) + 1}"


def _maybe(values: tuple[str, ...]) -> str:
    return "perhaps " if "none" in values else ""


def _span(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"{values[0]} to {values[-1]}"


# --- the data ----------------------------------------------------------------------------------------------------------


def against_gate(data: Path, gate: str, most: int) -> str:
    """How many of the pre-assigned runs are behaviours of the coordinator with this gate."""
    graphs, events, groups = _read(data)
    counts: Counter[str] = Counter()
    for (mode, task, label, agents), group in sorted(groups.items()):
        if mode == "decentralized":
            continue
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log.jsonl"
            log.write_text("".join(json.dumps(r) + "\n" for run in group[:most] for r in records(run, events[run["run_dir"]])))
            found = checked(ASSIGNED, log, assigned(agents, label, graphs[f"{task}/{label}"], gate))
        counts.update(run.verdict for run in found.runs)
        print(f"{task} {label} {agents}: {dict(counts)} ({found.seconds:.0f} s)", file=sys.stderr, flush=True)
    return f"gate {gate}: {', '.join(f'{verdict} {count}' for verdict, count in sorted(counts.items()))}"


def table(data: Path, mode: str | None) -> list[dict[str, Any]]:
    graphs, events, groups = _read(data)
    rows = []
    for number, (key, group) in enumerate(sorted(groups.items()), 1):
        if mode is None or key[0] == mode:
            print(f"{number} of {len(groups)}: {' '.join(map(str, key))}, {len(group)} runs", file=sys.stderr, flush=True)
            rows += of_group(key, group, events, graphs)
    return rows


def _read(
    data: Path,
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], dict[tuple[str, str, str, int], list[dict[str, Any]]]]:
    """The task graphs, the events of each run, and the runs by arm, task, chain and number of agents."""
    import pyarrow.parquet

    runs = pyarrow.parquet.read_table(data / "runs.parquet").to_pylist()
    graphs = json.loads((data / "task_graphs.json").read_text())
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in pyarrow.parquet.read_table(data / "events.parquet").to_pylist():
        events[event["run_dir"]].append(event)
    groups: dict[tuple[str, str, str, int], list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        groups[run["mode"], run["task_type"], run["p_label"], run["n_teammates"]].append(run)
    return graphs, events, groups


def of_group(
    key: tuple[str, str, str, int], group: list[dict[str, Any]], events: dict[str, list[dict[str, Any]]], graphs: dict[str, Any]
) -> list[dict[str, Any]]:
    mode, task, label, agents = key
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        log.write_text("".join(json.dumps(r) + "\n" for run in group for r in records(run, events[run["run_dir"]])))
        if mode == "decentralized":
            actual, gated = checked(BOARD, log, board(agents, label)), None
        else:
            graph = graphs[f"{task}/{label}"]
            gated = checked(ASSIGNED, log, assigned(agents, label, graph, "claim"))
            actual = checked(ASSIGNED, log, assigned(agents, label, graph, "dependencies"))
            if actual.count("conforms") < len(group):
                actual = checked(ASSIGNED, log, assigned(agents, label, graph, "nothing"))
    results = {result.run: result for result in actual.runs}
    claims = {} if gated is None else {result.run: result for result in gated.runs}
    return [row(run, events[run["run_dir"]], results[run["run_dir"]], claims.get(run["run_dir"])) for run in group]


def summary(rows: list[dict[str, Any]]) -> str:
    lines = []
    for mode in sorted({row["mode"] for row in rows}):
        some = [row for row in rows if row["mode"] == mode]
        lines.append(f"{mode}: {len(some)} runs")
        for column in ("verdict", "bypass", "floor", "once", "finished", "claim_left_open"):
            counts = Counter(row[column] for row in some if row[column] != "")
            if counts:
                lines.append(f"  {column}: {', '.join(f'{value} {count}' for value, count in sorted(counts.items(), key=str))}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--mode", choices=("decentralized", "preassign_nolead"))
    parser.add_argument("--csv", type=Path, help="write the table there; without it, the runs that never finished are printed")
    parser.add_argument(
        "--gate", choices=("nothing", "dependencies", "claim"), help="only the verdicts of the pre-assigned arm against this gate"
    )
    parser.add_argument(
        "--most", type=int, default=1_000, metavar="N", help="with --gate, so many runs of each team, chain and task"
    )
    arguments = parser.parse_args()
    if arguments.gate is not None:
        print(against_gate(arguments.data, arguments.gate, arguments.most))
        return
    rows = table(arguments.data, arguments.mode)
    if arguments.csv is not None:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        for one in rows:
            if not one["finished"]:
                print(f"{one['run']}: {one['rounds']} rounds, no claim after round {one['last_claim']}; {one['never_completed']}")
    print(summary(rows))


if __name__ == "__main__":
    main()
