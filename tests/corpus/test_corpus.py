"""Every spec of the corpus meets its expectations in time, and protocols and specs come in pairs that explain themselves."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from checker.api import check
from checker.language import tree
from checker.language.parse import parse_protocol, parse_spec, read_source

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = {p.relative_to(ROOT / "protocols").with_suffix(""): p for p in sorted((ROOT / "protocols").rglob("*.team"))}
SPECS = {p.relative_to(ROOT / "specs").with_suffix(""): p for p in sorted((ROOT / "specs").rglob("*.spec"))}

# a spec is read by people who wait for it: seconds of search for one spec on one core of a small machine
BUDGET_S = 10.0

every_protocol = pytest.mark.parametrize("stem", PROTOCOLS, ids=str)
every_spec = pytest.mark.parametrize("stem", SPECS, ids=str)


def spec_of(stem: Path) -> tree.Spec:
    return parse_spec(read_source(str(SPECS[stem])))


def expected_violations(spec: tree.Spec) -> list[tree.ExpectViolated]:
    return [e for e in spec.expectations if isinstance(e, tree.ExpectViolated)]


def test_the_globs_find_the_corpus() -> None:
    assert len(PROTOCOLS) >= 12
    assert len(SPECS) >= 12


def test_protocols_and_specs_come_in_pairs() -> None:
    assert set(PROTOCOLS) == set(SPECS)


@every_spec
def test_a_spec_is_about_the_protocol_of_its_stem(stem: Path) -> None:
    spec = spec_of(stem)
    assert spec.name == stem.name
    assert Path(os.path.normpath(SPECS[stem].parent / spec.path)) == PROTOCOLS[stem]


@every_protocol
def test_a_protocol_says_its_purpose_and_its_source(stem: Path) -> None:
    protocol = parse_protocol(read_source(str(PROTOCOLS[stem])))
    assert protocol.name == stem.name
    doc = (protocol.doc or "").strip()
    first = doc.splitlines()[0] if doc else ""
    assert len(first) > 20, "the docstring opens with a sentence of purpose"
    assert "Source:" in doc


@every_spec
def test_a_spec_has_a_witness_and_exact_counts(stem: Path) -> None:
    spec = spec_of(stem)
    assert any(isinstance(p, tree.StateProperty) and p.kind == "sometimes" for p in spec.properties)
    assert any(isinstance(e, tree.ExpectCounts) for e in spec.expectations)


def test_a_third_of_the_specs_expects_a_violation() -> None:
    failing = [stem for stem in SPECS if expected_violations(spec_of(stem))]
    assert 3 * len(failing) >= len(SPECS)


@every_spec
@pytest.mark.timeout(6 * BUDGET_S)
def test_a_spec_meets_its_expectations(stem: Path) -> None:
    report = check([str(SPECS[stem])])
    wrong = [
        f"{r.property} in {r.instance} under {r.faults}: {r.verdict}, not {r.expected} {r.reason}"
        for r in report.results
        if not r.met
    ]
    wrong += [
        f"{c.counted_states} states, {c.counted_transitions} transitions in {c.instance} under {c.faults}, not {c.states}, {c.transitions}"
        for c in report.counts
        if not c.met
    ]
    assert not wrong
    assert report.exit_code == 0
    assert Counter(r.verdict for r in report.results)["unknown"] == 0
    assert report.seconds < BUDGET_S
