"""Which sorts may have every size: nothing that hangs on a size in any other way is open, and the reason has its place."""

from __future__ import annotations

import pytest

from checker.sorted.uniform import every_size
from tests.sorted.families import of_corpus, of_text


@pytest.mark.parametrize(
    ("stem", "open"),
    [
        ("lock", {"Client": "clients"}),
        ("two_phase_commit", {"Participant": "participants"}),
        ("task_board", {"Task": "tasks", "Worker": "workers"}),
        ("parts/leases", {"Resource": "resources", "Client": "clients"}),
        ("patterns/lease_fenced", {"File": "files", "Agent": "agents"}),  # roles bound by an import
        ("patterns/merge_queue", {"Bot": "bots"}),  # the changes are told apart by a constant
        ("paxos", {"Proposer": "proposers", "Acceptor": "acceptors"}),
        ("dining", {"Philosopher": "philosophers"}),
        ("ring_election", {}),  # ranks are numbers up to the size,
    ],
)
def test_the_corpus(stem: str, open: dict[str, str]) -> None:
    assert every_size(of_corpus(stem)).open == open


MORE = "`workers` says more here than how many Worker there are: give that a parameter of its own"
COUNTS = "a value that is known before the run depends on how many Worker there are"
NAMED = "`Worker{}` is named: one Worker that is not like the others, so it is not said for any number of them"
TRAPS = [  # a line of the protocol in which the size hides, why the sort is fixed, where
    ("shared n: 0..workers = 0", MORE, "p.team:5:14"),
    ("shared n: 0..3 = workers", MORE, "p.team:5:18"),
    ("const n: bool = workers > 2", MORE, "p.team:5:17"),
    ("message M() to Worker: fifo, capacity workers", MORE, "p.team:5:39"),
    ("shared s: seq[bool, max workers] = []", MORE, "p.team:5:25"),
    (
        "def enough(): any(w in Worker: count(v in Worker: true) >= workers)",
        MORE,
        "p.team:5:60",
    ),
    ("const n: bool = count(w in Worker: true) > 4", COUNTS, "p.team:5:17"),
    ("const n: bool = any(a in Worker, b in Worker: a != b)", COUNTS, "p.team:5:17"),
    (
        "def many(): count(w in Worker: true) > 4\nconst n: bool = many()",
        COUNTS,
        "p.team:6:17",
    ),
    ("shared n: bool = len(those(w in Worker: true)) > 4", COUNTS, "p.team:5:18"),
]
SIMPLE = """protocol p(workers: 1..6 = 3)
role Worker * workers
shared flag: bool = false

LINE
role Worker:
    action go when not flag:
        flag = true
"""


@pytest.mark.parametrize(("line", "why", "at"), TRAPS, ids=[trap[0][:40] for trap in TRAPS])
def test_a_size_that_hides(line: str, why: str, at: str) -> None:
    """The sort is fixed, with the reason and the place."""
    assert every_size(of_text(SIMPLE.replace("LINE", ""))).open == {"Worker": "workers"}
    every = every_size(of_text(SIMPLE.replace("LINE", line)))
    assert every.open == {}
    assert every.fixed["Worker"].size == 3
    assert every.fixed["Worker"].why.startswith(why)
    assert str(every.fixed["Worker"].at) == at


@pytest.mark.parametrize(
    ("value", "open"),
    [
        ("Note(of: none, kept: {})", {"Worker": "workers"}),
        ("Note(of: none, kept: those(w in Worker: true))", {"Worker": "workers"}),
        ("Note(of: none, kept: those(w in Worker: any(v in Worker: v != w)))", {}),
    ],
)
def test_a_record_counts_nothing_by_itself(value: str, open: dict[str, str]) -> None:
    line = f"record Note: of: Worker?, kept: set[Worker]\nshared note: Note = {value}"
    assert every_size(of_text(SIMPLE.replace("LINE", line))).open == open


def test_faults_that_know_the_size() -> None:
    every = every_size(of_text(SIMPLE.replace("LINE", ""), "faults some: crash Worker <= workers", faults="some"))
    assert every.fixed["Worker"].why == MORE
    assert str(every.fixed["Worker"].at) == "p.spec:2:30"


@pytest.mark.parametrize("chosen", ["{0}", "{0, 1, 2}", "{1, 2}"])
def test_elements_that_the_instance_names(chosen: str) -> None:
    """Also where they happen to be all that there are."""
    line = (
        "const chosen: set[Worker]\nshared n: bool = false\nrole Worker:\n    action stop when self in chosen:\n        n = true"
    )
    every = every_size(of_text(SIMPLE.replace("LINE", line), f"instance three: workers = 3, chosen = {chosen}"))
    assert every.open == {}
    assert every.fixed["Worker"].why == NAMED.format(1) or (every.fixed["Worker"].why == NAMED.format(0))


def test_an_empty_constant_is_the_same_at_every_size() -> None:
    line = (
        "const chosen: set[Worker]\nshared n: bool = false\nrole Worker:\n    action stop when self in chosen:\n        n = true"
    )
    every = every_size(of_text(SIMPLE.replace("LINE", line), "instance three: workers = 3, chosen = {}"))
    assert every.open == {"Worker": "workers"}


def test_keys_that_an_instance_does_not_give_at_another_size() -> None:
    """Which they are, and what to do."""
    line = "enum Kind: fast, slow\nconst kind: map[Worker, Kind]\nshared n: bool = false"
    every = every_size(of_text(SIMPLE.replace("LINE", line), "instance three: kind = {0: fast, 1: slow, 2: slow}"))
    assert every.open == {}
    assert every.fixed["Worker"].why == (
        "with workers = 5 it cannot be made: keys are missing: Worker3, Worker4; give every key a value"
    )


def test_one_sort_is_fixed_where_both_cannot_be_open() -> None:
    """Tasks are told apart by a constant of the instance: any number of workers, and as many tasks as the instance says."""
    every = every_size(of_corpus("latte", "repaired"))
    assert every.open == {"Worker": "workers"}
    assert every.fixed["Task"].size == 2
    assert "a constant gives each Task a value of its own" in every.fixed["Task"].why
    assert every.fixed["Lead"].why == "there is one"


def test_ordered_sorts_whose_places_are_numbers_are_fixed() -> None:
    every = every_size(of_corpus("ring_election"))
    assert (every.fixed["Node"].size, every.fixed["Node"].why) == (3, MORE.replace("workers", "nodes").replace("Worker", "Node"))


def test_models_at_other_sizes() -> None:
    """Also beyond the range that the parameter has."""
    every = every_size(of_corpus("lock"))
    assert [every.model_at({"Client": size}).size for size in (1, 2, 9)] == [3, 4, 11]


def test_what_is_approximated_is_said() -> None:
    assert every_size(of_corpus("lock")).form.approximations == ()
    assert every_size(of_corpus("bench/lossy_lease")).form.approximations == (
        "of an unordered channel only this is known: where it is not empty it has some message, and no two more often than messages in all",
    )


def test_records_of_too_many_values_are_refused_and_not_listed() -> None:
    """Each would be a part of the formula: three fields of six values took minutes, without an end."""
    text = """protocol p(n: 1..8 = 3)
enum E: e1, e2, e3, e4, e5, e6
role W * n
role L
message M(a: E, b: E, c: E) to W: unordered, capacity 2
role L:
    action say(w: W, a: E, b: E, c: E):
        send M(a, b, c) to w
role W:
    on M(_, _, _):
        pass
"""
    every = every_size(of_text(text, "no error"))
    assert every.open == {}
    assert every.fixed["W"].why == "something that is said of all 216 values of M, one by one"
    assert every.fixed["W"].at is not None
