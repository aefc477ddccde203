"""Maps: what each entry does, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker.conformance.result import Conformance
from checker.language.diagnostics import BadInput
from tests.conformance.boards import BOARD, BY_NAME, CLAIMED_TWICE, MAP, SPEC, followed, logged_runs

HIDDEN_CLAIM = MAP.replace('step = "Worker.work.planning"', "ignore = true") + '\n[steps]\nhidden = ["Worker.work.planning"]\n'


def verdicts(found: Conformance) -> list[str]:
    return [run.verdict for run in found.runs]


def told(error: BadInput) -> list[tuple[str, str, str, str]]:
    """Code, place, title and help of each diagnostic."""
    places = [f"{d.span.line}:{d.span.column}" if d.span else "" for d in error.diagnostics]
    return [(d.code, place, d.title_text, d.help_text) for d, place in zip(error.diagnostics, places, strict=True)]


def refused(folder: Path, records: list[dict[str, Any]], map: str = MAP, **options: Any) -> list[tuple[str, str, str, str]]:
    with pytest.raises(BadInput) as caught:
        followed(folder, records, map, **options)
    return told(caught.value)


# --- what they do ------------------------------------------------------------------------------------------------------


def test_names_are_given_to_elements_in_order_of_appearance(tmp_path: Path) -> None:
    (run,) = followed(tmp_path, CLAIMED_TWICE).runs
    assert (run.verdict, run.events, run.states) == ("conforms", 4, 1)
    assert run.names == {"Worker": {"ann": "Worker0", "bob": "Worker1"}, "Task": {"T-1": "Task0"}}
    assert run.end["status[Task0]"] == ("claimed",)
    assert run.end["owner[Task0]"] == ("Worker1",)


@pytest.mark.parametrize("names", [("zoe", "x"), (1, 0), ("Worker1", "Worker0"), ("Worker1", "other")])
def test_any_names_will_do_where_all_are_alike(tmp_path: Path, names: tuple[Any, Any]) -> None:
    first, second = names
    called = {"ann": first, "bob": second}
    records = [{**record, "who": called[str(record["who"])]} for record in CLAIMED_TWICE]
    assert verdicts(followed(tmp_path, records)) == ["conforms"]


def test_values_that_the_map_gives(tmp_path: Path) -> None:
    map = MAP + '\n[values.Worker]\nann = "Worker1"\n'
    (run,) = followed(tmp_path, CLAIMED_TWICE, map).runs
    assert run.end["owner[Task0]"] == ("Worker0",)  # bob is the other one


def test_runs_are_told_apart(tmp_path: Path) -> None:
    again = [{**record, "run": "b"} for record in CLAIMED_TWICE]
    mixed = [record for pair in zip(CLAIMED_TWICE, again, strict=True) for record in pair]
    found = followed(tmp_path, [*mixed, {"run": "b", "type": "claim", "who": "bob"}])
    assert [(run.run, run.verdict) for run in found.runs] == [("a", "conforms"), ("b", "violates")]


def test_the_first_observation_that_nothing_explains(tmp_path: Path) -> None:
    found = followed(tmp_path, [*CLAIMED_TWICE, {"type": "plan", "who": "ann", "task": "T-2"}, {"type": "claim", "who": "ann"}])
    (run,) = found.runs
    assert run.violation is not None
    assert (run.violation.event, run.violation.seen.line, run.explained) == (5, 6, 4)
    assert [(step.agent, step.action) for step in run.violation.allowed] == [
        ("Worker0", "Worker.work.working"),
        ("Worker1", "Worker.work.working"),
    ]
    assert [(one.line, one.step.agent, one.step.action) for one in run.violation.explanation] == [
        (1, "Worker0", "Worker.work"),
        (2, "Worker1", "Worker.work"),
        (3, "Worker0", "Worker.work.planning"),
        (5, "Worker1", "Worker.work.planning"),
    ]
    assert run.violation.replay == f"teamcheck replay {BOARD} --steps 0,0,0,0"


def test_hidden_steps_are_assumed(tmp_path: Path) -> None:
    done = [{"type": "plan", "who": "ann", "task": "T"}, {"type": "done", "who": "ann"}]
    (run,) = followed(tmp_path, [*done, {"type": "done", "who": "ann"}], HIDDEN_CLAIM).runs
    assert run.violation is not None
    assert [(one.line, one.step.action) for one in run.violation.explanation] == [
        (1, "Worker.work"),
        (None, "Worker.work.planning"),
        (2, "Worker.work.working"),
    ]
    assert run.violation.assumed == 1


def test_faults_can_be_hidden(tmp_path: Path) -> None:
    """A crashed worker's claim stays; without the fault the log is no behaviour, as ann is busy."""
    records = [
        {"type": "plan", "who": "ann", "task": "T"},
        {"type": "plan", "who": "bob", "task": "T"},
        {"type": "claim", "who": "bob"},
        {"type": "heartbeat", "who": "ann"},
    ]
    map = MAP + '\n[steps]\nhidden = ["crash Worker"]\n'
    (run,) = followed(tmp_path, records, map, SPEC, faults="one_crash").runs
    assert run.verdict == "conforms"
    assert followed(tmp_path, records, map, SPEC, faults="one_crash").hidden == ("crash Worker",)


def test_less_is_enough(tmp_path: Path) -> None:
    """Without agents and tasks the claims could be those of either; a third worker could not."""
    bare = [{"type": record["type"]} for record in CLAIMED_TWICE]
    assert verdicts(followed(tmp_path, bare)) == ["conforms"]
    assert verdicts(followed(tmp_path, [{"type": "plan"}] * 2)) == ["conforms"]
    assert verdicts(followed(tmp_path, [{"type": "plan"}] * 3)) == ["violates"]


def test_states_before_and_after(tmp_path: Path) -> None:
    map = MAP.replace(
        'step = "Worker.work.planning"', 'step = "Worker.work.planning"\nafter = { "owner[{task}]" = "owner" }'
    ).replace('with = { t = "task" }', 'with = { t = "task" }\nbefore = { "status[{task}]" = "status" }')
    first = {"type": "plan", "who": "ann", "task": "T", "status": "open"}
    assert verdicts(followed(tmp_path, [first, {"type": "claim", "who": "ann", "task": "T", "owner": "ann"}], map)) == [
        "conforms"
    ]
    (run,) = followed(tmp_path, [first, {"type": "claim", "who": "ann", "task": "T", "owner": None}], map).runs
    assert run.violation is not None
    assert run.violation.seen.values == (("owner[Task0]", "none"),)
    assert run.violation.possible == ("owner[Task0] = Worker0",)
    assert verdicts(followed(tmp_path, [{**first, "status": "done"}], map)) == ["violates"]


def test_a_state_by_itself(tmp_path: Path) -> None:
    map = (
        MAP
        + '\n[[record]]\nwhere = { type = "board" }\nafter = { "status[Task0]" = "first", "status[Task1]" = { value = "open" } }\n'
    )
    steps = [{"type": "plan", "who": "ann", "task": "Task0"}, {"type": "claim", "who": "ann"}]
    assert verdicts(followed(tmp_path, [*steps, {"type": "board", "first": "claimed"}], map)) == ["conforms"]
    assert verdicts(followed(tmp_path, [*steps, {"type": "board", "first": "open"}], map)) == ["violates"]


def test_a_map_that_names_an_element_tells_them_apart(tmp_path: Path) -> None:
    map = MAP + '\n[[record]]\nwhere = { type = "board" }\nafter = { "status[Task0]" = "first" }\n'
    ((code, place, title, help),) = refused(tmp_path, [{"type": "plan", "who": "ann", "task": "T"}], map)
    assert (code, place) == ("T636", "1:1")
    assert title == "`T` is not one of Task0, Task1, and which one it is matters: the map names one of Task"
    assert help == 'write `"T" = "Task0"` (or another) under `[values.Task]` in the map'


def test_whether_the_team_is_done(tmp_path: Path) -> None:
    map = (
        MAP
        + '\n[[record]]\nwhere = { type = "end", ok = true }\ndone = true\n\n[[record]]\nwhere = { type = "end" }\ndone = false\n'
    )
    work = [{"type": kind, "who": "ann", "task": task} for task in ("A", "B") for kind in ("plan", "claim", "done")]
    assert verdicts(followed(tmp_path, [*work, {"type": "end", "ok": True}], map)) == ["conforms"]
    assert verdicts(followed(tmp_path, [*work, {"type": "end", "ok": False}], map)) == ["violates"]
    assert verdicts(followed(tmp_path, [*work[:3], {"type": "end", "ok": True}], map)) == ["violates"]


CALLS = """
[[record]]
where = { type = "claiming" }
step = "Worker.work.planning"
call = "begin"
id = "id"

[[record]]
where = { type = "claimed" }
call = "end"
id = "id"

[[record]]
where = { type = "refused" }
call = "fail"
id = "id"
"""


def test_a_call_happens_between_its_begin_and_its_end(tmp_path: Path) -> None:
    """Bob plans task T while ann's claim of it is under way: the claim took effect after that, or the plan was not possible."""
    begin = [{"type": "plan", "who": "ann", "task": "T"}, {"type": "claiming", "who": "ann", "id": 7}]
    plan = {"type": "plan", "who": "bob", "task": "T"}
    end = {"type": "claimed", "id": 7}
    assert verdicts(followed(tmp_path, [*begin, plan, end], MAP + CALLS)) == ["conforms"]
    assert verdicts(followed(tmp_path, [*begin, end, plan], MAP + CALLS)) == ["violates"]
    assert verdicts(
        followed(tmp_path, [*begin, {"type": "refused", "id": 7}, plan, {"type": "done", "who": "ann"}], MAP + CALLS)
    ) == ["violates"]


def test_a_call_without_an_end_may_have_happened_or_not(tmp_path: Path) -> None:
    begin = [{"type": "plan", "who": "ann", "task": "T"}, {"type": "claiming", "who": "ann", "id": 7}]
    found = followed(tmp_path, [*begin, {"type": "plan", "who": "bob", "task": "T"}], MAP + CALLS)
    assert (verdicts(found), found.runs[0].unknown_outcomes) == (["conforms"], 1)
    assert verdicts(followed(tmp_path, [*begin, {"type": "done", "who": "ann"}], MAP + CALLS)) == ["conforms"]
    ((code, place, title, _),) = refused(tmp_path, [*begin, begin[1]], MAP + CALLS)
    assert (code, place, title) == ("T636", "3:1", "the call `7` begins here, and it has begun before and not ended")
    ((code, place, title, _),) = refused(tmp_path, [{"type": "claimed", "id": 7}], MAP + CALLS)
    assert (code, place, title) == ("T636", "1:1", "the call `7` ends here, and no record before says that it began")


# --- orders ------------------------------------------------------------------------------------------------------------


def ordered(order: str, more: str = "") -> str:
    return MAP.replace("[log]", f'[log]\norder = "{order}"\n{more}')


BY_AGENTS = [
    {"type": "plan", "who": "ann", "task": "T", "at": 1, "round": 1},
    {"type": "claim", "who": "ann", "at": 3, "round": 1},
    {"type": "done", "who": "ann", "at": 5, "round": 2},
    {"type": "plan", "who": "bob", "task": "T", "at": 2, "round": 1},
    {"type": "claim", "who": "bob", "at": 4, "round": 1},
]


def test_the_log_of_each_agent_by_itself(tmp_path: Path) -> None:
    assert verdicts(followed(tmp_path, BY_AGENTS)) == ["violates"]
    assert verdicts(followed(tmp_path, BY_AGENTS, ordered("agent"))) == ["conforms"]
    assert verdicts(followed(tmp_path, BY_AGENTS, ordered("time", 'time = "at"'))) == ["conforms"]
    assert verdicts(followed(tmp_path, BY_AGENTS, ordered("round", 'round = "round"'))) == ["conforms"]


def test_no_order_is_possible(tmp_path: Path) -> None:
    records = [*BY_AGENTS[:3], *BY_AGENTS[1:3], *BY_AGENTS[3:]]
    (run,) = followed(tmp_path, records, ordered("agent")).runs
    assert run.violation is not None
    assert (run.verdict, run.events, run.violation.event) == ("violates", 7, 5)
    assert [(one.line, one.steps) for one in run.violation.waiting] == [(4, ("Worker.work.planning",))]


def test_rounds_are_barriers(tmp_path: Path) -> None:
    """Bob plans in a later round, when the task is no longer open."""
    late = [{**record, "round": 3} if record["who"] == "bob" else record for record in BY_AGENTS]
    assert verdicts(followed(tmp_path, late, ordered("round", 'round = "round"'))) == ["violates"]


def test_causes(tmp_path: Path) -> None:
    records = [{**record, "id": number} for number, record in enumerate(BY_AGENTS)]
    links = ordered("links", 'id = "id"\nafter = "after"')
    assert verdicts(followed(tmp_path, records, links)) == ["conforms"]
    records[3] = {**records[3], "after": [1]}  # bob plans after ann has claimed
    assert verdicts(followed(tmp_path, records, links)) == ["violates"]
    records[1] = {**records[1], "after": 3}
    ((code, _, title, _),) = refused(tmp_path, records, links)
    assert (code, title) == ("T636", "the records of lines 2, 4 would each have to come before the others")


def test_causes_go_through_what_is_ignored(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [{**record, "id": number} for number, record in enumerate(BY_AGENTS)]
    records.insert(3, {"type": "heartbeat", "id": "h", "after": 1})
    records[4]["after"] = "h"
    assert verdicts(followed(tmp_path, records, ordered("links", 'id = "id"\nafter = "after"'))) == ["violates"]


def test_records_of_nobody_are_in_no_order_where_links_say_it(tmp_path: Path) -> None:
    """The first heartbeat comes after ann's claim, and bob plans after the second one: nothing says that the second comes after the first."""
    records: list[dict[str, Any]] = [{**record, "id": number} for number, record in enumerate(BY_AGENTS)]
    records[3]["after"] = "second"
    records[3:3] = [{"type": "heartbeat", "id": "first", "after": 1}, {"type": "heartbeat", "id": "second"}]
    assert verdicts(followed(tmp_path, records, ordered("links", 'id = "id"\nafter = "after"'))) == ["conforms"]


def test_an_order_needs_its_field(tmp_path: Path) -> None:
    ((code, place, title, help),) = refused(tmp_path, [{"type": "plan", "who": "ann", "task": "T"}], ordered("time"))
    assert (code, place, title) == ("T636", "1:1", "the map does not say which field has the time")
    assert help == '`order = "time"` needs it: name the field as `time` under `[log]`, or choose another order'


# --- limits ------------------------------------------------------------------------------------------------------------


def test_a_limit_is_no_verdict(tmp_path: Path) -> None:
    """Depth first one explanation is found even so; that there is none cannot be told in a limited search."""
    records = logged_runs(BOARD, 1, overrides={"workers": 4, "tasks": 4})
    bare = [{"run": "a", "step": record["step"]} for record in records]
    options: dict[str, Any] = {"overrides": {"workers": 4, "tasks": 4}}
    assert verdicts(followed(tmp_path, bare, BY_NAME, candidates=3, **options)) == ["conforms"]
    assert verdicts(followed(tmp_path, bare, BY_NAME, time_s=1e-9, **options)) == ["cannot tell"]


# --- what is said of maps that cannot be used --------------------------------------------------------------------------

ONE = [{"type": "plan", "who": "ann", "task": "T"}]


@pytest.mark.parametrize(
    ("map", "expected"),
    [
        (
            MAP.replace('"Worker.work.planning"', '"Worker.work.planing"'),
            ("T633", "12:1", "the protocol has no step `Worker.work.planing`", "did you mean `Worker.work.planning`?"),
        ),
        (
            MAP.replace("{ t =", "{ task ="),
            ("T633", "8:10", "the protocol has no parameter or choice `task`", "`Worker.work` has t"),
        ),
        (
            MAP.replace('step = "Worker.work.working"', "ignore = true"),
            (
                "T634",
                "1:1",
                "the map does not say how the step `Worker.work.working` is seen in the log",
                'write a rule for it, or `hidden = ["Worker.work.working"]` under `[steps]` if it can happen unseen, or `never = ...`',
            ),
        ),
        (
            MAP.replace('step = "Worker.work.working"', 'step = "Worker.work.working"\nafter = { "statsu[{task}]" = "s" }'),
            ("T633", "17:11", "the protocol has no variable `statsu[{task}]`", "did you mean `status`, as in `status[Task0]`?"),
        ),
        (
            MAP + '\n[values.Wroker]\nann = "Worker0"\n',
            ("T633", "22:1", "the protocol has no type `Wroker`", "did you mean `Worker`?"),
        ),
        (
            MAP + '\n[values.Status]\nOPEN = "opne"\n',
            ("T632", "23:1", "`opne` is not a Status of this instance", "it has open, claimed, done"),
        ),
        (
            MAP.replace("ignore = true", 'ignore = true\nstep = "Worker.work"'),
            ("T632", "20:1", "a rule that ignores its records says nothing else of them", "leave out one of the two"),
        ),
        (
            MAP.replace("[log]", "[log"),
            ("T631", "1:5", "the map is not TOML: expected ']' at the end of a table declaration", None),
        ),
        (MAP.replace("[log]", "[logs]"), ("T632", "1:1", "a map has no entry `logs`", "did you mean `log`?")),
        (MAP.replace('run = "run"', "run = 1"), ("T632", "2:1", "`run` has a number where a text or a list should be", None)),
        ("[log]\n", ("T632", "1:1", "the map has no rule: it would read nothing", None)),
    ],
)
def test_what_is_wrong_with_a_map(tmp_path: Path, map: str, expected: tuple[str, str, str, str | None]) -> None:
    ((code, place, title, help),) = refused(tmp_path, ONE, map)
    assert (code, place, title) == expected[:3]
    assert expected[3] in (None, help)


def test_a_record_that_no_rule_fits(tmp_path: Path) -> None:
    records = [*ONE, {"type": "ping", "who": "ann"}]
    ((code, place, title, help),) = refused(tmp_path, records)
    assert (code, place) == ("T635", "2:1")
    assert title == 'no rule of the map fits this record: {"run":"a","type":"ping","who":"ann"}'
    assert help == 'write a rule, or pass them over: [[record]] with where = { type = "ping" } and ignore = true'
    found = followed(tmp_path, records, MAP.replace("[log]", "[log]\nstrict = false"))
    assert (verdicts(found), found.unread) == (["conforms"], 1)


def test_too_many_agents(tmp_path: Path) -> None:
    records = [{"type": "plan", "who": who, "task": "T"} for who in ("ann", "bob", "eve")]
    ((code, place, title, _),) = refused(tmp_path, records)
    assert (code, place, title) == ("T636", "3:1", "`eve` is one Worker more than the 2 of this instance")


def test_a_record_that_names_no_step(tmp_path: Path) -> None:
    ((code, place, title, help),) = refused(tmp_path, [{"step": "Worker.wrok", "agent": "ann"}], BY_NAME)
    assert (code, place, title, help) == ("T633", "1:1", "the protocol has no step `Worker.wrok`", "did you mean `Worker.work`?")


def test_what_a_verdict_does_not_rest_on_is_said(tmp_path: Path) -> None:
    found = followed(tmp_path, [{"type": "plan", "who": "ann"}])
    assert [warning.partition(": ")[2] for warning in found.warnings] == [
        "no record that fits this rule has the field `task`, so its value is unknown in all of them",
        "no record fits this rule",
        "no record fits this rule",
        "no record fits this rule",
    ]
