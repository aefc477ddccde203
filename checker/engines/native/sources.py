"""The sources of the search library, and the library itself: where they are, and the digest that ties one to the other."""

from __future__ import annotations

import hashlib
from pathlib import Path

SOURCES = Path(__file__).parent / "src"
LIBRARY = Path(__file__).parent / "search_library.so"  # one name on every system: it is opened by its path


def source_files() -> list[Path]:
    """The sources and headers, in a fixed order."""
    return sorted(path for path in SOURCES.iterdir() if path.suffix in {".c", ".h"})


def source_digest() -> str:
    """What the sources are: 16 hexadecimal digits, "" when they are not installed."""
    if not SOURCES.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in source_files():
        text = path.read_bytes()
        digest.update(f"{path.name} {len(text)}\n".encode() + text)
    return digest.hexdigest()[:16]
