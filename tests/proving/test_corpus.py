"""What of the corpus is proved for every size. `python -m tests.proving.table` shows all of it, with what it takes."""

from __future__ import annotations

import pytest

from tests.proving.table import rows

# stem -> instance, faults, properties. Those of QUICK have a limit: seconds of processors for each, solvers included.
QUICK_S = 5.0
QUICK = {
    "two_phase_commit": ("three", "manager_crash", ("consistent", "final", "no error")),
    "lock": ("pair", "one_crash", ("together", "no error")),
    "bugs/lease_expiry": ("repaired", "one_crash", ("accepted_once", "holder_is_known", "no error")),
    "task_board": ("pair", "one_crash", ("no error",)),
}
OTHERS = {
    "latte": ("assigned_and_stuck", "none", ("in_order", "done_stays_done", "no error")),
    "seed_leased": ("leased", "one_crash", ("one_owner", "no error")),
    "parts/leases": ("two", "one_crash", ("new_holder_new_token", "tokens_grow")),
    "parts/heartbeat": ("exact", "one_crash", ("only_the_dead", "no error")),
    "patterns/lease_fenced": ("pair", "one_crash", ("no_late_write",)),
    "patterns/quorum_vote": ("two_of_three", "one_lie", ("one_vote_each", "no deadlock", "no error")),
    "patterns/merge_queue": ("repaired", "one_crash", ("main_is_green", "nothing_lost", "no error")),
    "bugs/dead_worker": ("as_it_was", "one_crash", ("hooked_by_one", "no error")),
    "bugs/shutdown_hang": ("repaired", "one_stall", ("nobody_left_behind", "no deadlock", "no error")),
    "bugs/two_effects": ("as_it_was", "one_crash", ("once_pushed_stays", "no error")),
    "bugs/claim_race": ("as_it_was", "none", ("no deadlock", "no error")),
    "bugs/busy_check": ("as_it_was", "none", ("no_steal", "no deadlock", "no error")),
    "bugs/early_start": ("as_it_was", "none", ("no error",)),
    "bugs/name_clash": ("as_it_was", "none", ("no deadlock", "no error")),
    "bugs/read_error_empty": ("as_it_was", "none", ("no deadlock", "no error")),
    "bugs/handoff_pingpong": ("as_it_was", "none", ("no deadlock", "no error")),
    "patterns/toy_consensus": ("three", "one_crash", ("agreement", "no deadlock", "no error")),
    "patterns/blackboard_cas": ("pair", "none", ("chain", "no deadlock", "no error")),
    "patterns/epoch_lock": ("fenced", "lossy", ("only_holders", "newest_stays", "in_order", "granted_once", "no error")),
    "patterns/ticket_lock": ("whole", "none", ("together", "own_numbers", "in_order")),
    "patterns/handoff_chain": (
        "lets_go",
        "one_crash",
        ("one_active", "not_in_flight", "one_flight", "answered_once", "no error"),
    ),
    "patterns/lock_server": ("pair", "none", ("one_holds", "somewhere", "answered", "no deadlock", "no error")),
    "patterns/token_ring": ("three", "none", ("one_works", "one_token", "somewhere", "no deadlock", "no error")),
    "patterns/token_ledger": ("large", "none", ("within", "books", "covered", "spent_stays", "no error")),
    "patterns/retry_budget": ("limited", "none", ("tokens", "no error")),
    "patterns/ticket_line": ("endless", "none", ("alone", "in_line", "own_number", "forward", "no error")),
    "patterns/permits": ("many", "none", ("few", "balance", "no_more_served", "no deadlock", "no error")),
    "patterns/dead_letter": ("pair", "none", ("given_up", "another_try", "shared_item", "no deadlock", "no error")),
    "patterns/map_reduce": ("pair", "one_crash", ("complete", "barrier", "twice", "no error")),
    "bench/lossy_lease": ("small", "rough", ("newest_is_given", "holders_were_granted", "no_late_write", "no error")),
}


def test_there_are_enough() -> None:
    assert len(QUICK) + len(OTHERS) >= 12


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("stem", [*QUICK, *OTHERS])
def test_it_is_proved_for_every_size(stem: str) -> None:
    instance, faults, names = (QUICK | OTHERS)[stem]
    found = list(rows(stem, instance, faults, names, time_s=120.0))
    assert {row.property: row.proved for row in found} == dict.fromkeys(names, True), found
    if stem in QUICK:
        assert max(row.seconds for row in found) < QUICK_S
