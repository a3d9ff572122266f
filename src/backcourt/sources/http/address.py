"""Addresses: the one spelling of a request, and where a redirect may lead."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from backcourt.sources.payload import Request

# Below these, each name is somebody else's.
_SHARED = frozenset(
    """co.uk com.au co.nz com.br co.jp github.io githubusercontent.com amazonaws.com cloudfront.net azureedge.net
    fastly.net akamaized.net herokuapp.com pages.dev workers.dev""".split()
)
_KEPT_IN_PATHS = "/%:@!$&'()*+,;=~"


def key_of(request: Request) -> str:
    """The canonical address of a request: what is sent, and what the archive knows it by."""
    parts = urlsplit(request.url)
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *request.params.items()]
    path = quote(parts.path or "/", safe=_KEPT_IN_PATHS)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, urlencode(sorted(pairs)), ""))


def parts_of(key: str) -> tuple[str, dict[str, str]]:
    """The address and the parameters that a canonical address is of."""
    parts = urlsplit(key)
    return urlunsplit(parts._replace(query="")), dict(parse_qsl(parts.query, keep_blank_values=True))


def host_of(url: str) -> str:
    """The host of an address, with its port where that is not the scheme's."""
    return urlsplit(url).netloc.lower()


def refuse_unusable(request: Request) -> None:
    """Raise ValueError for a request that no adapter may build: another scheme, or somebody's name and password."""
    parts = urlsplit(request.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{request.source}, {request.need}: not a web address: {parts.scheme}://{parts.hostname}")
    if "@" in parts.netloc:
        raise ValueError(f"{request.source}, {request.need}: the address of {parts.hostname} holds a user")


def registrable(host: str) -> str:
    """The name that somebody registered: `cdn.nba.com` is of `nba.com`. A number or a bare name is itself."""
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return host
    size = 3 if ".".join(labels[-2:]) in _SHARED else 2
    return ".".join(labels[-size:])


def why_not_followed(here: str, there: str, allowed: Collection[str]) -> str:
    """Why a redirect from one address to another is not followed; '' when it may be.

    It may lead to hosts under the same registered name, and to those that the table of hosts allows.
    """
    source, target = urlsplit(here), urlsplit(there)
    if target.scheme not in ("http", "https") or not target.hostname or "@" in target.netloc:
        return "which is no plain web address"
    if source.scheme == "https" and target.scheme == "http":
        return "where nothing is encrypted"
    host = target.hostname
    if registrable(host) == registrable(source.hostname or ""):
        return ""
    if any(host == name or host.endswith(f".{name}") for name in allowed):
        return ""
    return "another host"
