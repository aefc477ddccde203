"""The search library, opened with ctypes: its structs as in `src/program.h` and `src/teamcheck.h`, and the check that it is the one we know."""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import cache
from typing import Any

from checker.engines.native.sources import LIBRARY, source_digest

INTERFACE = 13  # TC_INTERFACE of teamcheck.h
REBUILD = "build it with `python -m checker.engines.native.build`"


class NativeUnavailable(Exception):
    """The search library cannot be used here; the text says why and what to do. The reference engine answers in its place."""


class FieldStruct(Structure):
    _fields_ = [("word", c_uint16), ("shift", c_uint8), ("width", c_uint8), ("low", c_int32)]


class InstructionStruct(Structure):
    _fields_ = [(name, c_uint16) for name in ("op", "d", "a", "b", "c", "unused")]


class UpdateStruct(Structure):
    _fields_ = [("field", c_uint16), ("reg", c_uint16)]


class WatchStruct(Structure):
    _fields_ = [("watch", c_uint32), ("reg", c_uint16), ("unused", c_uint16)]


class TestStruct(Structure):
    _fields_ = [("mask", c_uint32), ("reg", c_uint16), ("zero", c_uint16)]


class OutcomeStruct(Structure):
    _fields_ = [
        *((name, c_uint32) for name in ("first_need", "n_needs")),
        *((name, c_uint32) for name in ("code_start", "code_length", "guard_length", "label_length")),
        *((name, c_uint32) for name in ("first_update", "n_updates", "first_watch", "n_watches", "label_base")),
        *((name, c_uint16) for name in ("enabled", "failed", "label", "progress")),
        *((name, c_uint8) for name in ("is_fault", "is_timeout")),
        ("unused", c_uint16),
    ]


class IndependenceStruct(Structure):
    _fields_ = [
        *((name, c_uint32) for name in ("n_conditions", "n_needs")),
        ("conditions", POINTER(c_uint16)),
        *((name, POINTER(c_uint32)) for name in ("first_need", "needs")),
        *((name, POINTER(c_uint64)) for name in ("conflicts", "enablers", "invisible")),
    ]


class ProgramStruct(Structure):
    _fields_ = [
        *((name, c_uint32) for name in ("words", "n_fields", "n_consts", "n_registers")),
        *(
            (name, c_uint32)
            for name in ("n_code", "n_outcomes", "n_updates", "n_watches", "n_state_watches", "n_final_watches", "n_watch_ids")
        ),
        *((name, c_uint32) for name in ("n_tests", "n_needs")),
        *((name, c_uint32) for name in ("state_code_start", "state_code_length", "final_code_start", "final_code_length")),
        *(
            (name, c_uint32)
            for name in ("canonical_code_start", "canonical_code_length", "first_canonical_update", "n_canonical_updates")
        ),
        *((name, c_uint32) for name in ("done_reg", "timeouts_only_when_stuck")),
        ("fields", POINTER(FieldStruct)),
        ("consts", POINTER(c_int32)),
        ("code", POINTER(InstructionStruct)),
        ("outcomes", POINTER(OutcomeStruct)),
        ("updates", POINTER(UpdateStruct)),
        ("watches", POINTER(WatchStruct)),
        ("state_watches", POINTER(WatchStruct)),
        ("final_watches", POINTER(WatchStruct)),
        ("tests", POINTER(TestStruct)),
        ("needs", POINTER(c_uint32)),
        ("independence", POINTER(IndependenceStruct)),
    ]


class OptionsStruct(Structure):
    _fields_ = [
        *((name, c_uint64) for name in ("memory_limit_bytes", "states_limit", "expected_states")),
        ("threads", c_uint32),
        ("tier", c_uint32),
        ("store", c_uint32),
        ("depth_first", c_uint32),
    ]


class StatsStruct(Structure):
    _fields_ = [
        *(
            (name, c_uint64)
            for name in ("distinct", "expanded", "transitions", "failures", "deadlocks", "depth", "queue", "reduced")
        ),
        *((name, c_uint64) for name in ("bytes", "peak_bytes", "table_slots", "array_bits", "bits_set", "threads", "lanes")),
        *((name, c_int64) for name in ("first_deadlock", "broken_state", "broken_outcome")),
        *((name, c_double) for name in ("mistaken", "seconds", "cpu_seconds")),
        *((name, c_uint32) for name in ("status", "reducing")),
        ("tier", c_char * 24),
    ]


class WitnessStruct(Structure):
    _fields_ = [("count", c_uint64), ("state", c_int64), ("outcome", c_int64)]


class GraphStruct(Structure):
    kept: object  # what the addresses are of
    _fields_ = [
        ("states", c_uint64),
        *((name, c_void_p) for name in ("first", "more", "edge", "cut", "sets")),
        ("every", c_uint64),
        *((name, c_uint32) for name in ("more_bits", "target_bits", "label_bits", "edge_bits")),
    ]


class ReaderStruct(Structure):
    _fields_ = [
        *((name, c_void_p) for name in ("letter", "place", "first", "to", "sets", "ends")),
        *((name, c_uint32) for name in ("readers", "letters")),
    ]


class NodesStruct(Structure):
    _fields_ = [*((name, c_void_p) for name in ("state", "reader", "degree", "number")), ("n", c_uint64), ("most", c_uint64)]


# in the order of tc_sizeof
STRUCTS: tuple[type[Structure], ...] = (
    ProgramStruct, FieldStruct, InstructionStruct, UpdateStruct, WatchStruct, TestStruct, OutcomeStruct, OptionsStruct, StatsStruct,
    WitnessStruct, GraphStruct, ReaderStruct, NodesStruct, IndependenceStruct,
)  # fmt: skip

WORDS, NUMBERS = POINTER(c_uint64), POINTER(c_uint32)
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "tc_sources": (c_char_p, []),
    "tc_sizeof": (c_uint32, [c_uint32]),
    "tc_verify": (c_int, [POINTER(ProgramStruct), c_char_p, c_uint32]),
    "tc_search_new": (c_void_p, [POINTER(ProgramStruct), WORDS, c_uint64, POINTER(OptionsStruct), c_char_p, c_uint32]),
    "tc_search_run": (c_int, [c_void_p, c_double, c_uint64]),
    "tc_search_stats": (None, [c_void_p, POINTER(StatsStruct)]),
    "tc_search_outcomes": (None, [c_void_p, WORDS, POINTER(WitnessStruct)]),
    "tc_search_watches": (None, [c_void_p, POINTER(WitnessStruct)]),
    "tc_search_path": (c_uint64, [c_void_p, c_uint64, NUMBERS, c_uint64]),
    "tc_search_layers": (c_uint64, [c_void_p, WORDS, c_uint64]),
    "tc_search_states": (c_int, [c_void_p, c_uint64, c_uint64, WORDS, NUMBERS]),
    "tc_fingerprint": (c_uint64, [WORDS, c_uint32]),
    "tc_search_fingerprint": (c_uint64, [c_void_p, c_uint64]),
    "tc_search_find": (c_int64, [c_void_p, WORDS]),
    "tc_search_position": (c_uint64, [c_void_p, WORDS, c_uint64]),
    "tc_search_append": (c_int, [c_void_p, c_uint64, WORDS, NUMBERS]),
    "tc_search_resume": (c_int, [c_void_p, WORDS, c_uint64, c_char_p, c_uint32]),
    "tc_search_degrees": (c_int, [c_void_p, c_void_p, c_uint32, c_void_p]),
    "tc_search_edges": (c_int, [c_void_p, POINTER(GraphStruct), c_uint32, c_void_p, c_void_p]),
    "tc_search_edges_where": (c_int, [c_void_p, POINTER(GraphStruct), c_uint32, c_uint8, c_void_p]),
    "tc_search_final": (c_int, [c_void_p, c_uint32, c_uint8, c_void_p]),
    "tc_search_quiet": (c_int, [c_void_p, c_uint8, c_void_p]),
    "tc_search_evaluate": (c_int, [c_void_p, c_uint32, c_uint8, c_void_p]),
    "tc_search_free": (None, [c_void_p]),
    "tc_graph_starts": (c_uint32, [c_uint64, *[c_void_p] * 3, c_uint32]),
    "tc_graph_first_edges": (None, [POINTER(GraphStruct), c_uint64, c_uint64, c_void_p]),
    "tc_graph_targets": (None, [POINTER(GraphStruct), c_uint64, c_uint64, c_void_p]),
    "tc_graph_labels": (None, [POINTER(GraphStruct), c_uint64, c_uint64, c_void_p]),
    "tc_graph_progress": (None, [POINTER(GraphStruct), c_uint64, c_uint64, c_void_p]),
    "tc_graph_sound": (c_int, [POINTER(GraphStruct), c_uint64, c_uint32]),
    "tc_graph_kinds": (None, [POINTER(GraphStruct), c_void_p, c_void_p]),
    "tc_graph_forward": (c_uint64, [POINTER(GraphStruct), c_void_p, c_uint64, *[c_void_p] * 6]),
    "tc_graph_backward": (c_int, [POINTER(GraphStruct), c_void_p]),
    "tc_letters_add": (None, [c_uint64, c_void_p, c_uint32, c_void_p]),
    "tc_letters_used": (None, [c_uint64, c_void_p, c_void_p]),
    "tc_product_nodes": (c_int64, [POINTER(GraphStruct), POINTER(ReaderStruct), c_uint64, POINTER(NodesStruct)]),
    "tc_product_edges": (
        None,
        [POINTER(GraphStruct), POINTER(ReaderStruct), POINTER(NodesStruct), c_uint32, c_void_p, c_void_p],
    ),
    "tc_graph_longest": (c_int, [POINTER(GraphStruct), *[c_void_p] * 4, c_int64, c_void_p]),
    "tc_graph_hunger": (None, [POINTER(GraphStruct), *[c_void_p] * 3, c_uint32, *[c_void_p] * 2]),
    "tc_product_end": (c_int64, [POINTER(ReaderStruct), POINTER(NodesStruct), c_void_p, c_void_p, c_uint64]),
    "tc_graph_fair": (c_int64, [POINTER(GraphStruct), c_void_p, c_void_p, c_uint32, c_void_p]),
}


@cache
def load(path: str = LIBRARY) -> ctypes.CDLL:
    """The library, its functions typed; NativeUnavailable when it is not there, does not open, or is not the one that this code knows."""
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise NativeUnavailable(f"the search library is not there or does not open ({error}): {REBUILD}") from error
    _check(library)
    return library


def _check(library: ctypes.CDLL) -> None:
    try:
        library.tc_interface.restype = c_uint32
        interface = library.tc_interface()
        if interface != INTERFACE:
            raise NativeUnavailable(f"the search library has interface {interface}, this teamcheck needs {INTERFACE}: {REBUILD}")
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise NativeUnavailable(f"the search library lacks a function ({error}): {REBUILD}") from error
    if [library.tc_sizeof(i) for i in range(len(STRUCTS) + 1)] != [*map(ctypes.sizeof, STRUCTS), 0]:
        raise NativeUnavailable(f"the search library lays out its data differently: {REBUILD}")
    built_from, sources = library.tc_sources().decode(), source_digest()
    if sources and built_from != sources:
        raise NativeUnavailable(f"the search library was built from other sources ({built_from}, not {sources}): {REBUILD}")
