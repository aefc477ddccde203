"""The sources of the search library, and the library itself: where they are, and the digest that ties one to the other.

Each search looks at the digest before it opens the library, so this module loads nothing that takes long (pathlib, hashlib)."""

from __future__ import annotations

import os
from zlib import adler32, crc32

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, "src")
LIBRARY = os.path.join(HERE, "search_library.so")  # one name on every system: it is opened by its path


def source_files() -> list[str]:
    """The paths of sources and headers, in a fixed order."""
    return [os.path.join(SOURCES, name) for name in sorted(os.listdir(SOURCES)) if name.endswith((".c", ".h"))]


def source_digest() -> str:
    """What the sources are: 16 hexadecimal digits, "" when they are not installed. Against mistakes, not against malice."""
    if not os.path.isdir(SOURCES):
        return ""
    crc, adler = 0, 1
    for path in source_files():
        with open(path, "rb", buffering=0) as file:
            text = file.read()
        for part in (f"{os.path.basename(path)} {len(text)}\n".encode(), text):
            crc, adler = crc32(part, crc), adler32(part, adler)
    return f"{crc:08x}{adler:08x}"
