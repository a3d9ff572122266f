"""Keys of paid services: from the environment, added as a request leaves, and shown nowhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from backcourt.sources.payload import Request

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_LEAST = 8
"""A shorter value is no key, and would be found in anything."""
_FORBIDDEN_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True)
class Credential:
    """The key of a source: the variable that holds it, where in a request it goes, and the hosts that may see it."""

    source: str
    variable: str
    place: Literal["query", "header"]
    name: str
    hosts: tuple[str, ...]


CREDENTIALS: tuple[Credential, ...] = (
    Credential("odds_api", "ODDS_API_KEY", "query", "apiKey", ("api.the-odds-api.com",)),
    Credential("bettingpros", "BETTINGPROS_API_KEY", "header", "x-api-key", ("api.bettingpros.com",)),
)


@dataclass(frozen=True)
class Keys:
    """The credentials that sources need, and the values of those that are set; its text shows none."""

    known: tuple[Credential, ...] = CREDENTIALS
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, environ: Mapping[str, str], known: tuple[Credential, ...] = CREDENTIALS) -> Keys:
        """The keys of an environment; an empty variable counts as unset."""
        found = {each.variable: environ.get(each.variable, "").strip() for each in known}
        return cls(known, {variable: value for variable, value in found.items() if value})

    def missing(self, source: str) -> str:
        """The variable that a source needs and that is not set, '' when nothing is missing."""
        credential = self._of(source)
        if credential is None or credential.variable in self.values:
            return ""
        return credential.variable

    def for_host(self, source: str, host: str) -> tuple[Credential, str] | None:
        """What is to be added to a request of a source that goes to a host."""
        credential = self._of(source)
        if credential is None or host not in credential.hosts or credential.variable not in self.values:
            return None
        return credential, self.values[credential.variable]

    def refuse_in(self, request: Request) -> None:
        """Raise ValueError for a request that brings a credential itself: it would be shown and archived."""
        credential = self._of(request.source)
        own = {credential.name.lower()} if credential else set()
        query = {name.lower() for name, _ in parse_qsl(urlsplit(request.url).query)}
        params = {name.lower() for name in request.params}
        headers = {name.lower() for name in request.headers}
        text = " ".join([request.url, *request.params.values(), *request.headers.values(), request.subject])
        if (query | params) & own or headers & (own | _FORBIDDEN_HEADERS) or self.scrub(text) != text:
            raise ValueError(f"{request.source}, {request.need}: a request holds no credential; the client adds it")

    def without_key(self, source: str, url: str) -> str:
        """An address that a host sent, without a key that it repeated in it."""
        credential = self._of(source)
        if credential is None:
            return url
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name != credential.name and self.scrub(value) == value]
        return url if kept == pairs else urlunsplit(parts._replace(query=urlencode(kept)))

    def scrub(self, text: str) -> str:
        """A text without any key, however it is spelt in an address."""
        for value in filter(_is_long, self.values.values()):
            for spelling in {value, quote(value), quote(value, safe=""), quote_plus(value)}:
                text = text.replace(spelling, "(key)")
        return text

    def keep_out_of_logs(self) -> None:
        """Scrub what the libraries below log, should a host repeat a key in its answer."""
        for name in _LOGGERS if self.values else ():
            logger = logging.getLogger(name)
            if not any(isinstance(each, _Scrubber) and each.keys == self for each in logger.filters):
                logger.addFilter(_Scrubber(self))

    def _of(self, source: str) -> Credential | None:
        return next((each for each in self.known if each.source == source), None)


def _is_long(value: str) -> bool:
    return len(value) >= _LEAST


class _Scrubber(logging.Filter):
    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self.keys = keys

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.keys.scrub(record.getMessage()), ()
        return True
