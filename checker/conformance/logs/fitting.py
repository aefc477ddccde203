"""Whether the fields of a record are as a `where` of the map says, and what its holes find in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from checker.conformance.logs.records import MISSING, Fields, find
from checker.conformance.logs.templates import Template, has_holes


@final
class Fitting:
    """Made ready of a `where`: the values of fields, by their paths."""

    def __init__(self, where: Mapping[str, Any]) -> None:
        forms = {path: texts for path, wanted in where.items() if (texts := _forms(wanted))}
        self._tests = [(path, _test(wanted)) for path, wanted in where.items() if path not in forms]
        self._forms = [(path, [Template(text) for text in texts]) for path, texts in forms.items()]

    def read(self, fields: Fields) -> Fields | None:
        """The fields, and those that holes give; None where they are not as `where` says."""
        if not all(test(find(fields, path)) for path, test in self._tests):
            return None
        for path, forms in self._forms:
            given = find(fields, path)
            named = next((found for form in forms if (found := form.read(given)) is not None), None)
            if named is None:
                return None
            fields = {**fields, **named}
        return fields


def _forms(wanted: Any) -> list[str]:
    """The texts of a list, or the one text, where one of them has holes."""
    texts = [one for one in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(one, str)]
    return texts if any(has_holes(text) for text in texts) else []


def _test(wanted: Any) -> Callable[[Any], bool]:
    """Whether the value of a field is as `where` says."""
    if isinstance(wanted, list):
        tests = [_test(one) for one in wanted]
        return lambda given: any(test(given) for test in tests)
    if wanted is True:
        return lambda given: given is not MISSING and given is not None and given is not False
    if wanted is False:
        return lambda given: given is MISSING or given is None or given is False
    if isinstance(wanted, str) and "*" in wanted:
        form = Template(wanted)
        return lambda given: form.read(given) is not None
    return lambda given: (type(given) is type(wanted) and given == wanted) or _same_number(given, wanted)


def _same_number(given: Any, wanted: Any) -> bool:
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in (given, wanted))
    return numbers and bool(given == wanted)
