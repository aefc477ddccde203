"""The table of faults, and what would mend a protocol, as one JSON object each; the results in them are those of `checker.report.json`."""

from __future__ import annotations

import json
from typing import Any

from checker.properties.mending.assumptions import Assumption
from checker.properties.mending.result import Mending, Mendings
from checker.properties.tolerance.result import Breaking, Row, Tolerance
from checker.report.json import SCHEMA_VERSION, place_data, result_data
from checker.report.mending import told
from checker.version import VERSION


def render(tolerance: Tolerance) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(to_data(tolerance), indent=2, ensure_ascii=False) + "\n"


def head() -> dict[str, Any]:
    return {"tool": "teamcheck", "version": VERSION, "schema_version": SCHEMA_VERSION}


def to_data(tolerance: Tolerance) -> dict[str, Any]:
    return {
        **head(),
        "exit_code": tolerance.exit_code,
        "interrupted": tolerance.interrupted,
        "seconds": round(tolerance.seconds, 3),
        "protocol": tolerance.protocol,
        "spec": tolerance.spec,
        "instance": tolerance.instance,
        "faults": list(tolerance.faults),
        "most": tolerance.most,
        "properties": [_row(row) for row in tolerance.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    cells = [{"fault": c.fault, "one": c.one, "two": c.two, "unlimited": c.unlimited, "reason": c.reason} for c in row.cells]
    return {
        "property": row.name,
        "kind": row.kind,
        "text": row.text,
        "place": place_data(row.place),
        "none": row.none,
        "cells": cells,
        "breaking": [_breaking(breaking) for breaking in row.breaking],
        "unknown": [{"faults": faults, "reason": reason} for faults, reason in row.unknown],
    }


def _breaking(breaking: Breaking) -> dict[str, Any]:
    items = [{"fault": fault, "most": count} for fault, count in breaking.faults]
    return {"faults": items, "written": breaking.written, "result": result_data(breaking.result)}


# --- what would mend it ------------------------------------------------------------------------------------------------


def render_mendings(mendings: Mendings) -> str:
    """The JSON text. Ends with a line end."""
    return json.dumps(mendings_data(mendings), indent=2, ensure_ascii=False) + "\n"


def mendings_data(mendings: Mendings) -> dict[str, Any]:
    return {
        **head(),
        "exit_code": mendings.exit_code,
        "interrupted": mendings.interrupted,
        "seconds": round(mendings.seconds, 3),
        "protocol": mendings.protocol,
        "spec": mendings.spec,
        "instance": mendings.instance,
        "faults": mendings.faults,
        "most": mendings.most,
        "held": list(mendings.held),
        "mendings": [_mending(one) for one in mendings.mendings],
    }


def _mending(one: Mending) -> dict[str, Any]:
    return {
        "question": one.question,
        "faults": one.faults,
        "sets": [[_assumption(assumption) for assumption in chosen] for chosen in one.sets],
        "reason": one.reason,
        "result": result_data(one.result),
        "left": None if one.left is None else result_data(one.left),
    }


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {"kind": assumption.kind, "of": assumption.of, "place": place_data(assumption.place), "told": told(assumption)}
