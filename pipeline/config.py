"""tipsearch.toml: the sources of a home, read strictly, and written with its comments kept."""

from __future__ import annotations

import difflib
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from .errors import ConfigError, StoreError, UsageError
from .home import Home
from .records import Channel, DateOrder, Source
from .urls import blog_of, is_web_address

HEADER = "# The blogs that tipsearch crawls. Edited by hand, and by `tipsearch crawl`, which keeps comments.\n"
_KEYS = tuple(f.name for f in fields(Source))
_PLATFORMS = ("wordpress", "blogger")


# --- reading ----------------------------------------------------------------------------------------------------------


def load_sources(home: Home) -> list[Source]:
    """The registered sources in the file's order; none where there is no file.

    Raises ConfigError, which names the file, the source, the key, the value and the nearest valid key.
    """
    document = _read(home)
    for key in document:
        if key != "sources":
            raise ConfigError(f"{home.config}: there is no setting {key!r}.", hint=_nearest(key, ("sources",)))
    entries = document.get("sources", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError(f"{home.config}: sources is no list of tables.", hint="Begin each blog with [[sources]].")
    sources: list[Source] = []
    for number, entry in enumerate(entries, 1):
        source = _source(home.config, number, entry)
        if any(source.name == other.name for other in sources):
            raise ConfigError(f"{home.config}: two sources have the name {source.name!r}.")
        sources.append(source)
    return sources


def _read(home: Home) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(home.config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{home.config} can't be read: {error}") from error
    except (TOMLKitError, RecursionError) as error:
        raise ConfigError(f"{home.config} is no valid TOML: {error}") from error


def _source(path: Path, number: int, entry: Mapping[str, Any]) -> Source:
    values: dict[str, Any] = {}
    name = entry.get("name")
    where = f"{path}: source {name!r}" if isinstance(name, str) else f"{path}: source number {number}"
    for key, item in entry.items():
        value = item.unwrap() if hasattr(item, "unwrap") else item
        if key not in _KEYS:
            raise ConfigError(f"{where}: there is no setting {key!r}.", hint=_nearest(key, _KEYS))
        check, wanted = _CHECKS[key]
        if not check(value):
            raise ConfigError(f"{where}: {key} = {value!r} is not {wanted}.")
        values[key] = tuple(value) if isinstance(value, list) else value
    if "name" not in values:
        raise ConfigError(f"{where} has no name.", hint='Add name = "…".')
    if "urls" in values:
        values["urls"] = tuple(dict.fromkeys(normal_url(url) for url in values["urls"]))
    return Source(**values)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value == value.strip() and value.isprintable() and 0 < len(value) <= 100


def _is_url(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(normal_url(value))
    except UsageError:
        return False


def _is_zone(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value).key)
    except (KeyError, ValueError, OSError):
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_delay(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 3600
    )


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_language(value: object) -> bool:
    # dateparser's languages: "en", "fil", "zh-Hant".
    return isinstance(value, str) and value.isascii() and value.replace("-", "").isalpha() and 2 <= len(value) <= 12


def _list_of(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "name": (_is_name, "a name of 1 to 100 printable characters"),
    "urls": (_list_of(_is_url), "a list of web addresses"),
    "platform": (lambda value: value in _PLATFORMS, f"one of {', '.join(_PLATFORMS)}"),
    "time_zone": (_is_zone, 'a time zone such as "America/New_York"'),
    "date_order": (lambda value: value in get_args(DateOrder), "one of MDY, DMY, YMD"),
    "languages": (_list_of(_is_language), 'a list of language codes such as ["en", "es"]'),
    "channel": (lambda value: value in get_args(Channel), f"one of {', '.join(get_args(Channel))}"),
    "max_pages": (_is_count, "a whole number of at least 1"),
    "delay": (_is_delay, "a number of seconds from 0 to 3600"),
    "obey_robots": (_is_bool, "true or false"),
    "keep_pages": (_is_bool, "true or false"),
    "sweep_days": (_is_count, "a whole number of days, at least 1"),
}


def with_settings(source: Source, settings: Mapping[str, Any]) -> Source:
    """The source with those of `settings` that hold what they may, lists as tuples; its name and addresses stay."""
    usable: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in settings.items()
        if key in _CHECKS and key not in {"name", "urls"} and _CHECKS[key][0](value)
    }
    return replace(source, **usable)


def _nearest(key: str, valid: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(valid)}."


# --- addresses --------------------------------------------------------------------------------------------------------


def normal_url(url: str) -> str:
    """A web address as it is registered: with a scheme (https where none is given), host in lower case, no fragment.

    Raises UsageError for anything that is no web address, and for one that carries a password.
    """
    given = url.strip()
    full = given
    if "://" not in given:
        host = given.partition("/")[0].partition(":")[0]
        if "." not in host and host != "localhost":
            raise UsageError(f"{given!r} is no web address.", hint="Give one such as https://example.com/tag/empathy/.")
        own = host == "localhost" or host.startswith("127.")
        full = f"{'http' if own else 'https'}://{given}"
    if not is_web_address(full) or any(c.isspace() or not c.isprintable() for c in full):
        raise UsageError(f"{given!r} is no web address.", hint="Give one such as https://example.com/tag/empathy/.")
    parts = urlsplit(full)
    if "@" in parts.netloc:
        raise UsageError(f"the address of {parts.hostname} carries a user's name or password; leave it out.")
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/", fragment="").geturl()


# --- registering ------------------------------------------------------------------------------------------------------


def plan(home: Home, urls: Iterable[str], name: str | None = None) -> list[Source]:
    """The sources that a crawl of `urls` concerns, each with just those of `urls` that belong to it. Writes nothing.

    A URL of a blog that is registered (the very URL, else the same site) belongs to that source, with its settings;
    any other begins a new one, named after its host. With `name` they all belong to the source of that name.

    Raises UsageError for what is no web address or name, ConfigError as `load_sources` does.
    """
    if name is not None and not _is_name(name):
        raise UsageError(f"{name!r} can't be a source's name.", hint="1 to 100 printable characters.")
    known = load_sources(home)
    planned: dict[str, Source] = {}
    for url in map(normal_url, urls):
        source = _owner(url, [*known, *planned.values()], name)
        before = planned.get(source.name, replace(source, urls=()))
        planned[source.name] = replace(before, urls=tuple(dict.fromkeys((*before.urls, url))))
    return list(planned.values())


def _owner(url: str, known: Sequence[Source], name: str | None) -> Source:
    listed = next((source for source in known if url in source.urls), None)
    if name is not None:
        if listed is not None and listed.name != name:
            raise UsageError(f"{url} is registered as {listed.name!r} already, not {name!r}.")
        return next((source for source in known if source.name == name), Source(name=name))
    if listed is not None:
        return listed
    for source in known:
        if any(blog_of(other) == blog_of(url) for other in source.urls):
            return source
    return Source(name=_name_for(url, {source.name for source in known}))


def _name_for(url: str, taken: set[str]) -> str:
    """``example.com``, or ``127.0.0.1-8000`` (a colon would read as a field in a query); numbered where it is taken."""
    base = blog_of(url).replace("[", "").replace("]", "").replace(":", "-")
    number = 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def save_sources(home: Home, sources: Iterable[Source]) -> bool:
    """Register `sources`: a new one gets its entry, a known one the URLs that it lacks. Says whether the file changed.

    Whatever else the file holds, comments and layout included, stays. It is replaced as a whole, or not at all.

    Raises ConfigError where the file can't be read, StoreError where it can't be written.
    """
    with _alone(home):
        return _save(home, sources)


def _save(home: Home, sources: Iterable[Source]) -> bool:
    load_sources(home)
    document = _read(home)
    changed = False
    for source in sources:
        entry = next((e for e in document.get("sources", []) if e["name"] == source.name), None)
        if entry is None:
            _append(document, source)
            changed = True
            continue
        known = {normal_url(url) for url in entry.get("urls", [])}
        missing = [url for url in source.urls if url not in known]
        if missing and "urls" not in entry:
            entry["urls"] = tomlkit.array()
        for url in missing:
            entry["urls"].append(url)
        changed |= bool(missing)
    if changed:
        _write(home, document)
    return changed


def remove_source(home: Home, name: str) -> bool:
    """Take the source of that name out of the file; says whether it stood there. Raises ConfigError."""
    with _alone(home):
        document = _read(home)
        entries = document.get("sources")
        for number, source in enumerate(load_sources(home)):
            if source.name == name and entries is not None:
                del entries[number]
                _write(home, document)
                return True
    return False


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Keep other processes from changing the file between the reading and the writing, where the system can.

    A crawl registers its blog when it has let go of the home's lock. What is locked here is the folder: it takes no
    file more, and the lock dies with its process.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with ExitStack() as held:
        with suppress(OSError):  # A file system that knows no locks, or a folder that only takes what is put there.
            descriptor = os.open(home.path, os.O_RDONLY)
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _append(document: tomlkit.TOMLDocument, source: Source) -> None:
    entries = document.get("sources")
    inline = isinstance(entries, Array) and not isinstance(entries, AoT)
    table: Any = tomlkit.inline_table() if inline else tomlkit.table()
    default = Source(name=source.name)
    for key in _KEYS:
        value = getattr(source, key)
        if key in {"name", "urls"} or value != getattr(default, key):
            table[key] = list(value) if isinstance(value, tuple) else value
    if entries is None:
        entries = tomlkit.aot()
        document["sources"] = entries
        entries = document["sources"]
    entries.append(table)


def _write(home: Home, document: tomlkit.TOMLDocument) -> None:
    home.create()
    text = tomlkit.dumps(document)
    if not home.config.exists():
        text = HEADER + "\n" + text.lstrip()
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=home.path, prefix=".tipsearch.toml.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(home.config.stat().st_mode & 0o777 if home.config.exists() else 0o644)
        Path(temporary).replace(home.config)
    except OSError as error:
        raise StoreError(f"{home.config} can't be written: {error.strerror or error}") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
