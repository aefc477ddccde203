"""How the library is built to strain in small searches what large ones strain."""

from __future__ import annotations

STRAIN = (
    "-DBLOCK=3",  # numbers that a worker takes at once
    "-DSTATES_WORTH_THREADS=1",  # threads for every layer
    "-DLEAST_COMPACTED=4",  # a log with so many states is compacted
    "-DFIRST_SLOTS=128",  # the table grows early, and often; with all threads
    "-DSMALL_TABLE=256",
    "-DREHASH_CHUNK=8",
    "-DCLEAR_CHUNK=16",
)
