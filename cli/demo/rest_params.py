"""The parameters of the REST interface, and how it refuses those that it cannot take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .server import Request

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d(?::\d\d)?)?")


class RestError(Exception):
    """The interface refuses: a WordPress error code, a sentence, and a status."""

    def __init__(self, code: str, message: str, status: int = 400, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.json = {"code": code, "message": message, "data": {"status": status, **data}}


class Params:
    """The parameters of a request; lists may come as ``a,b`` or as ``name[]=a&name[]=b``."""

    def __init__(self, request: Request) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(urlsplit(request.target).query, keep_blank_values=True):
            self._values.setdefault(re.sub(r"\[\d{0,4}\]$", "", name), []).append(value)

    def text(self, name: str, default: str = "") -> str:
        """The last value of that name."""
        return self._values.get(name, [default])[-1]

    def words(self, name: str) -> list[str] | None:
        """A list, None where it was not given."""
        if name not in self._values:
            return None
        return [word for value in self._values[name] for word in re.split(r"[\s,]+", value) if word]

    def numbers(self, name: str) -> set[int] | None:
        """A list of ids, None where it was not given. Raises RestError where one is no number."""
        words = self.words(name)
        if words is not None and not all(re.fullmatch(r"[0-9]{1,18}", word) for word in words):
            raise _invalid(name, f"{name}[0] is not of type integer.")
        return {int(word) for word in words} if words else None

    def within(self, name: str, default: int, most: int | None = None) -> int:
        """A number from 1 to `most`. Raises RestError for any other."""
        value = self.text(name, str(default))
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise _invalid(name, f"{name} is not of type integer.")
        if most is not None and not 1 <= int(value) <= most:
            raise _invalid(name, f"{name} must be between 1 (inclusive) and {most} (inclusive)")
        if int(value) < 1:
            raise _invalid(name, f"{name} must be greater than or equal to 1")
        return int(value)

    def one_of(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of some words. Raises RestError for any other."""
        value, allowed = self.text(name, default), list(choices)
        if value not in allowed:
            raise _invalid(name, f"{name} is not one of {', '.join(allowed[:-1])}, and {allowed[-1]}.")
        return value

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """An instant; one without an offset is in the blog's own time. Raises RestError for anything else."""
        value = self.text(name)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value.upper()) if _MOMENT.fullmatch(value) else None
        except ValueError:
            moment = None
        if moment is None:
            raise _invalid(name, "Invalid date.")
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    def given(self) -> dict[str, list[str]]:
        """All of them, as they were given."""
        return {name: values for name, values in self._values.items() if name != "rest_route"}


def _invalid(name: str, why: str) -> RestError:
    details = {name: {"code": "rest_invalid_param", "message": why, "data": None}}
    return RestError("rest_invalid_param", f"Invalid parameter(s): {name}", params={name: why}, details=details)
