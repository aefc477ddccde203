"""Bounds for every size: those of the corpus, held to exact searches at sizes that they were not made from, and what must not be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.diagnostics import BadInput
from checker.report.cost import bound_text
from checker.sizing.potential.bound import NoBound
from checker.sizing.potential.sizes import Sizes
from checker.sizing.result import Bound
from tests.sizing.loading import bounds_in, corpus, exact, loaded


def bound(name: str | Path, meter: str, instance: str | None = None, faults: str = "none") -> Bound | NoBound:
    checked, model = loaded(name, instance, faults)
    return bounds_in(checked, model, {meter: 0})[meter]


def text_of(found: Bound | NoBound) -> str:
    return bound_text(found) if isinstance(found, Bound) else found.reason


CORPUS = [
    ("task_board", "pair", "none", "tokens", "10,000 * tasks * workers", "tasks workers"),
    ("task_board", "pair", "none", "steps", "3 * tasks * workers", "tasks workers"),
    ("two_phase_commit", "three", "none", "messages", "2 * participants", "participants"),
    ("lock", "pair", "none", "steps", "2 * clients", "clients"),
    ("latte", "assigned_and_stuck", "none", "tokens", "20,000 * tasks", "tasks workers"),
    ("patterns/retry_budget", "limited", "none", "tokens", "1,000 + 1,700 * workers", "workers"),
    ("bugs/claim_race", "as_it_was", "none", "tokens", "8,000 * beads * agents", "beads agents"),
    ("bugs/dead_worker", None, "none", "tokens", "50,000 * beads", "beads polecats"),
    ("patterns/supervisor_heartbeats", "as_drawn", "none", "tokens", "100,000", "workers"),
]


@pytest.mark.parametrize(("name", "instance", "faults", "meter", "expected", "sizes"), CORPUS)
def test_the_corpus(name: str, instance: str | None, faults: str, meter: str, expected: str, sizes: str) -> None:
    found = bound(corpus(name), meter, instance, faults)
    assert text_of(found) == expected
    assert isinstance(found, Bound)
    assert _compared(found, name, instance, faults, meter, sizes.split()) >= 2


def _compared(found: Bound, name: str, instance: str | None, faults: str, meter: str, sizes: list[str]) -> int:
    """Holds the bound to exact searches at sizes 1 to 4; how many of them find as much."""
    attained = 0
    for size in range(1, 5):
        try:
            checked, model = loaded(corpus(name), instance, faults, dict.fromkeys(sizes, size))
        except BadInput:
            continue  # not a size of this protocol
        here = exact(model, [meter], states=3_000)
        if here is not None:
            most = found.at(Sizes(checked).here)
            assert here[meter].worst == "at most"
            assert here[meter].amount <= most, size
            attained += here[meter].amount == most
    return attained


def test_rounds(tmp_path: Path) -> None:
    """Some agent waits when the barrier opens, and it has one round less to go then."""
    path = tmp_path / "p.team"
    path.write_text(HEAD + GOOD["a round, while anyone waits"][0], encoding="utf-8")
    assert text_of(bound(path, "rounds")) == "2 * workers"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "meter", "expected"),
    [
        ("patterns/lease", "tokens", "8,000 + 8,000 * files"),
        ("patterns/planner_workers", "tokens", "10,000 + 20,000 * tasks"),
        ("patterns/planner_workers", "messages", "2 * tasks"),
        ("patterns/quorum_vote", "messages", "voters * tellers"),
        ("patterns/quorum_vote", "steps", "voters + voters * tellers"),
        ("bugs/busy_check", "tokens", "8,000 * tasks * members"),
    ],
)
def test_more_of_the_corpus(name: str, meter: str, expected: str) -> None:
    assert text_of(bound(corpus(name), meter)) == expected


def test_a_fault_adds_what_has_to_be_done_again() -> None:
    """A crashed worker keeps its claim, and no one does the task again: the bound is that without faults."""
    assert text_of(bound(corpus("task_board"), "tokens", "pair", "one_crash")) == "10,000 * tasks * workers"


# --- what is owed --------------------------------------------------------------------------------------------------------


def test_what_is_owed_is_said_in_the_words_of_the_protocol() -> None:
    found = bound(corpus("lock"), "steps")
    assert isinstance(found, Bound)
    assert [(owed.of, owed.where, owed.amount) for owed in found.owed] == [
        ("each client", "client in wanted and Client.use[client] = idle", 2),
        ("each client", "Client.use[client] = using", 1),
    ]


def test_who_spends_without_end_is_named() -> None:
    found = bound(corpus("patterns/retry_budget"), "tokens", "endless")
    assert found == NoBound(reason="what is spent here could not be bounded", steps=("Worker.work.writing",))


# --- what must not be believed ---------------------------------------------------------------------------------------------

HEAD = "protocol p(workers: 1..9 = 2)\nrole Worker * workers\n"

# what would be a bound if the model at this size were taken for that of every size; what is said instead
TRAPS = {
    "a size in a condition": (
        "shared n: 0..9 = 0\nrole Worker:\n    action go when n < workers:\n        await llm(tokens: 1)\n        n += 1\n",
        "`workers` is a size and is computed with (p.team:5:24)",
    ),
    "a size in a range": (
        "shared n: 0..workers = 0\nrole Worker:\n    action go when n < 9:\n        await llm(tokens: 1)\n",
        "`workers` is a size and is computed with (p.team:3:14)",
    ),
    "a number of elements": (
        "shared b: bool = true\nrole Worker:\n    action go when count(w in Worker: true) > 2:\n        await llm(tokens: 1)\n",
        "what is said here may depend on the size (p.team:5:20)",
    ),
    "a cost that counts": (
        "role Worker:\n    var left: 0..1 = 1\n    action go when left > 0:\n        left -= 1\n        await llm(tokens: workers * 2)\n",
        "`workers` is a size and is computed with (p.team:7:27)",
    ),
    "a limit that counts": (
        (
            "role Worker:\n    var n: 0..9 = 0\n    action go when n == 0:\n        while n < 5 at most count(w in Worker: true):\n"
            "            n += 1\n        if n > 2:\n            await llm(tokens: 1)\n"
        ),
        "what is said here may depend on the size (p.team:6:29)",
    ),
    "a const that counts": (
        "const many: bool = count(w in Worker: true) > 2\nrole Worker:\n    action go when many:\n        await llm(tokens: 1)\n",
        "the value of `many` may depend on the size (p.team:3:1)",
    ),
    "a def that counts": (
        "def many(): count(w in Worker: true) > 2\nrole Worker:\n    action go when many():\n        await llm(tokens: 1)\n",
        "what is said here may depend on the size (p.team:3:13)",
    ),
    "a number that others count": (
        (
            "shared b: map[Worker, bool] = true\nrole Worker:\n    action go when count(w in Worker: b[w]) > 2:\n"
            "        await llm(tokens: 1)\n"
        ),
        "what is spent here could not be bounded",
    ),
    "a number that is kept": (
        (
            "shared b: map[Worker, bool] = true\nrole Worker:\n    action go:\n        let k = count(w in Worker: b[w])\n"
            "        if k > 2:\n            await llm(tokens: 1)\n"
        ),
        "what is spent here could not be bounded",
    ),
    "a loop over all": (
        (
            "shared b: bool = true\nshared c: map[Worker, bool] = false\nrole Worker:\n    action go when c[self]:\n"
            "        await llm(tokens: 1)\n        for w in Worker:\n            c[w] = true\n"
        ),
        "what is spent here could not be bounded",
    ),
    "a queue that is copied": (
        (
            "shared q: map[Worker, seq[bool, max 3]] = []\nrole Worker:\n    action go when len(q[self]) > 0:\n"
            "        await llm(tokens: 1)\n        q[self] = rest(q[self])\n    action copy:\n        choose w in those(w in Worker: true)\n"
            "        q[self] = q[w]\n"
        ),
        "what is spent here could not be bounded",
    ),
    "a queue put back as it was": (
        (
            "shared q: seq[bool, max 3] = []\nshared begun: bool = false\nrole Worker:\n    action begin when not begun:\n"
            "        begun = true\n        q = append(q, true)\n    action go when len(q) > 0:\n        q = rest(q)\n"
            "        await llm(tokens: 1)\n    action again when len(q) in {1, 2}:\n        let old = q\n"
            "        q = rest(q)\n        q = append(old, true)\n"
        ),
        "what is spent here could not be bounded",
    ),
    "a start that is another for some": (
        (
            "shared go_on: map[Worker, bool] = {w: any(v in Worker: v != w) for w in Worker}\nrole Worker:\n    action go when go_on[self]:\n"
            "        await llm(tokens: 1)\n        go_on[self] = false\n"
        ),
        "workers",  # each of them may have to go, although none does in a team of one
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_depends_on_the_size(trap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = TRAPS[trap]
    monkeypatch.chdir(tmp_path)
    Path("p.team").write_text(HEAD + code, encoding="utf-8")
    assert text_of(bound("p.team", "tokens")) == said


SPECS = {
    "a budget that counts": (
        "instance pair: workers = 2\nfaults again: repeat Worker <= max(workers - 3, 0)\n",
        "`workers` is a size and is computed with (p.spec:3:36)",
    ),
    "a budget that a def counts": (
        "instance pair: workers = 2\ndef all_of_them(): count(w in Worker: true)\nfaults again: repeat Worker <= all_of_them()\n",
        "what is said here may depend on the size (p.spec:3:31)",
    ),
    "a limit that the instance counts": (
        "instance pair: workers = 2, limit = workers\nfaults again: repeat Worker <= 1\n",
        "`workers` is a size and is computed with (p.spec:2:37)",
    ),
    "a limit and a budget that do not": (
        "instance pair: workers = 2, limit = 1 + 1\nfaults again: repeat Worker <= 1\n",
        "1 + 2 * workers",
    ),
}


@pytest.mark.parametrize("case", SPECS)
def test_what_a_spec_gives_may_depend_on_the_size(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`max(workers - 3, 0)` is 0 at the size asked for and at all that are tried beside it."""
    given, said = SPECS[case]
    monkeypatch.chdir(tmp_path)
    Path("p.team").write_text(
        HEAD + "const limit: 0..9 = 1\nrole Worker:\n    durable var n: 0..9 = 0\n    action go when n < limit:\n"
        "        n += 1\n        await llm(tokens: 1)\n",
        encoding="utf-8",
    )
    Path("p.spec").write_text(f'spec p for "p.team"\n{given}no deadlock\n', encoding="utf-8")
    assert text_of(bound("p.spec", "tokens", "pair", "again")) == said


GOOD = {
    "messages that wait owe what they set off": (
        (
            "role Lead\nmessage Ask() to Worker: capacity 1\nmessage Reply() to Lead: unordered, capacity 9\nrole Lead:\n"
            "    var asked: set[Worker] = {}\n    action ask(w: Worker) when w not in asked:\n        asked += {w}\n        send Ask() to w\n"
            "    on Reply():\n        await llm(tokens: 5)\nrole Worker:\n    on Ask():\n        await llm(tokens: 100)\n"
            "        send Reply() to Lead\n"
        ),
        "105 * workers",
    ),
    "all of them, one after another": (
        (
            "shared done_by: set[Worker] = {}\nrole Worker:\n    action go when self not in done_by:\n        await llm(tokens: 7)\n"
            "        done_by += {self}\n"
        ),
        "7 * workers",
    ),
    "a round, while anyone waits": (
        (
            "role Worker:\n    var left: 0..2 = 2\n    run:\n        while left > 0:\n            await llm(tokens: 3)\n            left -= 1\n"
            "            await round\n"
        ),
        "6 * workers",
    ),
}


@pytest.mark.parametrize("good", GOOD)
def test_forms_that_are_found(good: str, tmp_path: Path) -> None:
    code, said = GOOD[good]
    path = tmp_path / "p.team"
    path.write_text(HEAD + code, encoding="utf-8")
    found = bound(path, "tokens")
    assert text_of(found) == said
    assert isinstance(found, Bound)
    for size in (1, 2, 3):
        checked, model = loaded(path, sizes={"workers": size})
        here = exact(model, ["tokens"], states=5_000)
        if here is not None:
            assert here["tokens"].amount <= found.at(Sizes(checked).here)


def test_pairs_of_one_sort(tmp_path: Path) -> None:
    path = tmp_path / "p.team"
    path.write_text(
        HEAD + "shared met: map[Worker, set[Worker]] = {}\nrole Worker:\n"
        "    action meet(w: Worker) when w != self and w not in met[self]:\n        met[self] += {w}\n        await llm(tokens: 2)\n",
        encoding="utf-8",
    )
    assert text_of(bound(path, "tokens")) == "2 * workers * (workers - 1)"
