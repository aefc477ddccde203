"""Proofs as one JSON object; the results in it are those of `checker.report.json`. `prove_schema.json` says what every key means."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from checker.proving.result import Proof, Proofs, Searched, Sizes, Stuck
from checker.report.json import place_data, result_data
from checker.report.tolerance_json import head


def render(proofs: Proofs) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(to_data(proofs), indent=2, ensure_ascii=False) + "\n"


def to_data(proofs: Proofs) -> dict[str, Any]:
    return {
        **head(),
        "exit_code": proofs.exit_code,
        "interrupted": proofs.interrupted,
        "seconds": round(proofs.seconds, 3),
        "protocol": proofs.protocol,
        "spec": proofs.spec,
        "instance": proofs.instance,
        "faults": proofs.faults,
        "sizes": _sizes(proofs.asked),
        "varying": [{"sort": sort, "parameter": parameter or None} for sort, parameter in proofs.varying],
        "fixed": dict(proofs.fixed),
        "refused": proofs.refused,
        "kept": proofs.kept,
        "assumptions": list(proofs.assumptions),
        "searched": None if proofs.searched is None else _searched(proofs.searched),
        "note": proofs.note,
        "properties": [_proof(proof) for proof in proofs.proofs],
    }


def _sizes(sizes: Sizes) -> dict[str, int]:
    return dict(sizes)


def _searched(searched: Searched) -> dict[str, Any]:
    return {
        "up_to": searched.up_to,
        "also": [_sizes(sizes) for sizes in searched.also],
        "states": searched.states,
        "ended": searched.ended,
        "stopped": searched.stopped,
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "property": proof.property,
        "kind": proof.kind,
        "text": proof.text,
        "place": place_data(proof.place),
        "rung": proof.rung,
        "expected": proof.expected,
        "met": proof.met,
        "reason": proof.reason,
        "lemmas": [{"sentence": lemma.text, "exact": lemma.exact, "plain": lemma.plain} for lemma in proof.lemmas],
        "solvers": list(proof.solvers),
        "obligations": proof.obligations,
        "only_with": _sizes(proof.only_with),
        "majorities": list(proof.majorities),
        "decided_at": _sizes(proof.decided_at),
        "fairness": proof.fairness,
        "certificate": proof.certificate or None,
        "uncertified": proof.uncertified,
        "at": _sizes(proof.sizes),
        "held_up_to": proof.held_up_to,
        "stuck": None if proof.stuck is None else _stuck(proof.stuck),
        "result": None if proof.result is None else result_data(proof.result),
        "seconds": round(proof.seconds, 3),
    }


def _stuck(stuck: Stuck) -> dict[str, Any]:
    return {
        "at": _sizes(stuck.sizes),
        "may_be_unreachable": True,
        "state": _cells(stuck.state),
        "step": stuck.step or None,
        "after": _cells(stuck.after),
        "allowed": _sizes(stuck.allowed),
    }


def _cells(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(cells)
