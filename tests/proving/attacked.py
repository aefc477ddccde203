"""Attacks on proofs for every size: mutants of the corpus, of which none may be proved that a search refutes.

`python -m tests.proving.attacked [STEM ...]` tells how many there were. A search at small sizes comes first, for it is cheap; a proof is tried only
of what it refutes, for only there would it be wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from msgspec import Struct

from checker.language.diagnostics import BadInput
from checker.properties.searches import Limits, model_of
from checker.properties.tolerance.subject import Subject, subject
from checker.proving.attempt import Attempts
from checker.proving.searched import Growth
from checker.proving.sizes import size_parameters
from checker.sorted.obligations import PROVABLE
from checker.sorted.ranks import OF_RUNS
from tests.proving.mutants import mutants

ROOT = Path(__file__).parents[2]
LARGEST = 4  # sizes that are searched
SEARCH_S = 3.0  # for all of them
PROOF_S = 2.0  # for each attempt
EACH = 40  # mutants of a protocol, spread over its text
LIMITS = Limits(states_limit=5_000)
CORPUS = {  # stem -> instance, faults
    "lock": ("pair", "one_crash"),
    "two_phase_commit": ("three", "participant_crash"),
    "latte": ("repaired", "none"),
    "seed_leased": ("leased", "none"),
    "parts/leases": ("two", "one_crash"),
    "parts/heartbeat": ("exact", "one_crash"),
    "bugs/lease_expiry": ("repaired", "one_crash"),
    "bugs/two_effects": ("as_it_was", "one_crash"),
    "bugs/shutdown_hang": ("repaired", "one_stall"),
    "bugs/busy_check": ("repaired", "none"),
    "bugs/claim_race": ("repaired", "none"),
    "bugs/name_clash": ("repaired", "none"),
    "patterns/epoch_lock": ("fenced", "lossy"),
    "patterns/ticket_lock": ("whole", "none"),
    "patterns/handoff_chain": ("lets_go", "none"),
    "patterns/lock_server": ("pair", "none"),
    "patterns/token_ring": ("three", "none"),
    "patterns/dead_letter": ("pair", "none"),
    "patterns/map_reduce": ("pair", "one_crash"),
    "dining": ("one_differs", "none"),
    "patterns/termination": ("three", "none"),
    "patterns/token_ledger": ("small", "none"),
    "patterns/ticket_line": ("three", "none"),
    "patterns/retry_budget": ("limited", "none"),
    "patterns/permits": ("two", "none"),
}


class Attacked(Struct, frozen=True, kw_only=True):
    """One mutant. `refuted`: each property that a search violates, with the sizes; `wrongly`: those of them that are proved for every size."""

    change: str
    refuted: dict[str, str]
    wrongly: tuple[str, ...]


def attacked(stem: str, folder: Path, each: int = EACH, time_s: float = PROOF_S) -> Iterator[Attacked]:
    """Of the mutants of a protocol, spread over its text, those that pass the checks. `time_s`: for each attempt at a proof."""
    found = list(mutants(ROOT / "protocols" / f"{stem}.team"))
    for change, text in found[:: max(1, len(found) // each)]:
        base = mutant(stem, text, folder)
        if base is None:
            continue
        refuted = refuted_by_search(base, CORPUS[stem][1])
        wrongly = proved(base, CORPUS[stem][1], time_s, tuple(refuted), refuted)
        yield Attacked(change=change, refuted=refuted, wrongly=tuple(sorted(wrongly)))


def mutant(stem: str, text: str, folder: Path) -> Subject | None:
    """The spec with a mutant in the place of its protocol; None where that does not pass the checks."""
    team, spec = (folder / kind / f"{stem}.{ending}" for kind, ending in (("protocols", "team"), ("specs", "spec")))
    for file in (team, spec):
        file.parent.mkdir(parents=True, exist_ok=True)
    team.write_text(text, encoding="utf-8")
    spec.write_text((ROOT / "specs" / f"{stem}.spec").read_text(encoding="utf-8"), encoding="utf-8")
    instance, _ = CORPUS[stem]
    try:
        return subject(str(spec), instance=instance, faults=None, properties=None, overrides={}, limits=LIMITS, said=None)
    except BadInput:
        return None


def provable(base: Subject, faults: str) -> list[str]:
    """The properties that a proof may be about."""
    return list(
        dict.fromkeys(g.name for job in base.jobs(faults) for g in model_of(job).goals if g.kind in (*PROVABLE, *OF_RUNS))
    )


def refuted_by_search(base: Subject, faults: str) -> dict[str, str]:
    """Each property that is violated at a small size, and at which."""
    ranges = size_parameters(base.checked)
    asked = tuple((name, base.checked.parameters[name].value) for name in ranges)
    growth = Growth(base, faults, ranges, asked)
    growth.grow(provable(base, faults), LARGEST, perf_counter() + SEARCH_S)
    if asked not in growth.done:  # a constant of the instance may allow no other size
        growth.look(asked, provable(base, faults), SEARCH_S)
    return {name: str(one.sizes) for name, one in growth.violated.items()}


def proved(
    base: Subject, faults: str, time_s: float, names: tuple[str, ...], refuted: Mapping[str, str] | None = None
) -> set[str]:
    """Those that are proved for every size, without a search before. A proof for one number of what is ordered (`with slots = 2`) counts only
    where the property is `refuted` with that number.
    """
    attempts = Attempts(base, faults, None)
    goals = {goal.name: goal for job in base.jobs(faults) for goal in model_of(job).goals}
    for name in names:
        attempts.every_size(goals[name], time_s)
    found = {name: attempts.of(name).only_with for name in names if attempts.proved(name)}
    at = refuted or {}
    return {name for name, only in found.items() if all(str(pair) in at.get(name, str(pair)) for pair in only)}


def main(stems: list[str], time_s: float) -> int:
    count = refuted = wrong = 0
    with TemporaryDirectory() as folder:
        for stem in stems or CORPUS:
            for one in attacked(stem, Path(folder), time_s=time_s):
                count, refuted, wrong = count + 1, refuted + len(one.refuted), wrong + len(one.wrongly)
                for name in one.wrongly:
                    print(f"{stem}: {one.change}: {name} is proved, and violated at {one.refuted[name]}", flush=True)
            print(
                f"after {stem}: {count} mutants, {refuted} properties violated at small sizes, {wrong} of them proved", flush=True
            )
    return int(wrong > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stems", nargs="*", metavar="STEM", help=f"of {', '.join(CORPUS)} (default: all)")
    parser.add_argument("--time", type=float, default=PROOF_S, help=f"seconds for each attempt at a proof (default: {PROOF_S:g})")
    asked = parser.parse_args()
    unknown = [stem for stem in asked.stems if stem not in CORPUS]
    sys.exit(parser.error(f"no mutants are made of {', '.join(unknown)}") if unknown else main(asked.stems, asked.time))
