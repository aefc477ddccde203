"""What can be wrong with a file before its text is read (T6xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class FileMissing(Diagnostic, frozen=True, kw_only=True):
    """There is no file of this name. Paths are taken from the folder that the command runs in."""

    code = "T601"
    title = "there is no file `{path}`"
    help = "check the path"
    path: str


class FileIsFolder(Diagnostic, frozen=True, kw_only=True):
    """A folder was given where a file is wanted."""

    code = "T602"
    title = "`{path}` is a folder, not a file"
    help = "name a file in it"
    path: str


class FileUnreadable(Diagnostic, frozen=True, kw_only=True):
    """The system refuses to read the file."""

    code = "T603"
    title = "`{path}` cannot be read: {why}"
    help = "check the path and its permissions"
    path: str
    why: str


class NotText(Diagnostic, frozen=True, kw_only=True):
    """The file is not UTF-8 text: it is binary, or in another encoding."""

    code = "T604"
    title = "`{path}` is not UTF-8 text: {why}"
    help = "give a text file; if it is text in another encoding, save it as UTF-8"
    path: str
    why: str


class FileTooLarge(Diagnostic, frozen=True, kw_only=True):
    """The file is larger than 1 MiB (1,048,576 bytes), beyond any protocol that could be checked."""

    code = "T605"
    title = "`{path}` has {size} bytes; at most {most} are read"
    help = "split the protocol with `import`"
    path: str
    size: int
    most: int


class EmptyFile(Diagnostic, frozen=True, kw_only=True):
    """The file has nothing in it. `teamcheck new` writes a protocol and a spec to start from."""

    code = "T606"
    title = "`{path}` is empty"
    help = "`teamcheck new NAME` writes a protocol and a spec to start from"
    path: str


class NotAFile(Diagnostic, frozen=True, kw_only=True):
    """A pipe, a socket or a device was given where a file is wanted: what it holds may never end, and can be read once only."""

    code = "T607"
    title = "`{path}` is a {what}, not a file"
    help = "write the text to a file and name that"
    path: str
    what: str
