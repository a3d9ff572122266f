"""What can go wrong between asking for a document and having it, in one place.

Every message names source, need, subject, what was said (with the status), how often it was tried and the address, which
never holds a credential. Each is raised outside of the handler of what caused it, so that no chain leads to a library's
exception.

SourceError
├── FetchError           a document could not be had
│   ├── UnreachableError     no answer, or one that says that the host is in trouble (5xx)
│   ├── RefusedError         an answer that will not get better by asking again
│   ├── NotThereError        there is no such document
│   ├── ThrottledError       the host asks for patience (429)
│   ├── TooLargeError        more bytes than any such document has
│   ├── NotTheMediaError     another kind of document
│   ├── TruncatedError       a part of a document
│   ├── TooSlowError         not within the time that a document may take
│   ├── OfflineError         not in the archive, and nothing else may be asked
│   ├── BudgetSpentError     more credits than allowed, confirmed or left
│   └── KeyMissingError      the source's credential is not set
├── ArchiveError         the archive cannot be read or written
└── DamagedError         an archived document is not what was stored
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from backcourt.errors import SourceError
from backcourt.sources.http.address import key_of
from backcourt.sources.payload import Request


class FetchError(SourceError):
    """A document could not be had: for which request, with what status, after how many attempts.

    One that is `passing` may be gone when the same is asked again; one that is `of_host` tells against every other
    request to the same host. `wait` is what the host asked for, in seconds.
    """

    passing = False
    of_host = False

    def __init__(
        self, request: Request, said: str, hint: str, *, status: int | None = None, wait: float | None = None
    ) -> None:
        self.request, self.said, self.status, self.wait = request, said, status, wait
        self.attempts = 0
        super().__init__(self._text(), hint)

    def tried(self, attempts: int) -> None:
        """Say after how many attempts it was given up."""
        self.attempts = attempts
        self.message = self._text()
        self.args = (self.message,)

    def _text(self) -> str:
        request = self.request
        tried = f", after {self.attempts} attempt{'s' * (self.attempts != 1)}" if self.attempts else ""
        return f"{request.source}, {request.need} {request.subject}: {self.said}{tried}: {key_of(request)}"


class UnreachableError(FetchError):
    """The host gives no answer, or says that it is in trouble; `sent` unless there was no connection to it."""

    passing = True
    of_host = True
    sent = True

    @classmethod
    def silent(cls, request: Request, host: str, why: str, *, sent: bool) -> UnreachableError:
        error = cls(
            request,
            f"{host} cannot be reached ({why})",
            "Look whether this machine is connected and the host is up, then run the same again: what has come is kept.",
        )
        error.sent = sent
        return error

    @classmethod
    def in_trouble(cls, request: Request, host: str, status: int, wait: float | None) -> UnreachableError:
        return cls(
            request,
            f"{host} answers {status}, an error of its own",
            "Run the same again later: what has come is kept.",
            status=status,
            wait=wait,
        )

    @classmethod
    def given_up(cls, request: Request, host: str, failures: int, last: str) -> UnreachableError:
        return cls(
            request,
            f"{host} was given up after {failures} failures in a row, so this was not asked for; the last: {last}",
            "Run the same again when the host answers: what has come is kept.",
        )


class RefusedError(FetchError):
    """An answer that will not get better by asking again."""

    @classmethod
    def answered(cls, request: Request, host: str, status: int, quote: str) -> RefusedError:
        hints = {
            401: "Look at the source's credential: docs/sources.md says what it is called.",
            403: "The host may block this network or ask for other headers; docs/sources.md says what is known of it.",
        }
        said = f"{host} answers {status}" + (f", {quote!r}" if quote else "")
        hint = hints.get(status, "What is asked for may have been moved or be spelt wrong; it is not asked for again.")
        error = cls(request, said, hint, status=status)
        # It is who asks that is refused, rather than what is asked for.
        error.of_host = status in hints
        return error

    @classmethod
    def elsewhere(cls, request: Request, host: str, target: str, status: int, why: str) -> RefusedError:
        return cls(
            request,
            f"{host} sends to {target} ({status}), {why}",
            "It was not followed. If the source has moved there, add it to backcourt/sources/http/hosts.py.",
            status=status,
        )

    @classmethod
    def in_circles(cls, request: Request, host: str, hops: int, status: int) -> RefusedError:
        return cls(
            request,
            f"{host} sends on and on ({status}, {hops} times)",
            "The source is in disorder or wants a session; open the address in a browser to see.",
            status=status,
        )


class NotThereError(FetchError):
    """There is no such document; `declared` when the adapter said what status means that, and so the archive has it."""

    declared = False

    @classmethod
    def answered(cls, request: Request, host: str, status: int) -> NotThereError:
        return cls(
            request,
            f"{host} has no such document ({status})",
            "It may not be published yet, or the address has changed; ask again later.",
            status=status,
        )

    @classmethod
    def known(cls, request: Request, status: int, at: datetime) -> NotThereError:
        error = cls(
            request,
            f"there was no such document at {at:%Y-%m-%d %H:%M} UTC ({status})",
            "That is what the source said, and it is archived.",
            status=status,
        )
        error.declared = True
        return error


class ThrottledError(FetchError):
    """The host asks for patience."""

    passing = True
    of_host = True

    @classmethod
    def answered(cls, request: Request, host: str, wait: float | None) -> ThrottledError:
        asked = f", and asks to wait {wait:.0f} s" if wait is not None else ""
        return cls(
            request,
            f"{host} answers 429, too many requests{asked}",
            "Run the same again later, or ask more slowly with BACKCOURT_PACE=2: what has come is kept.",
            status=429,
            wait=wait,
        )

    @classmethod
    def too_long(
        cls, request: Request, host: str, wait: float, longest: float, status: int | None = None
    ) -> ThrottledError:
        error = cls(
            request,
            f"{host} asks to wait {wait:.0f} s, more than the {longest:.0f} s that a request may wait",
            f"Run the same again in {wait / 60:.0f} minutes: what has come is kept.",
            status=status,
            wait=wait,
        )
        error.passing = False
        return error


class TooLargeError(FetchError):
    """More bytes than any such document has."""

    @classmethod
    def of(cls, request: Request, said: str, largest: int) -> TooLargeError:
        return cls(
            request,
            f"{said}, over the limit of {largest:,} bytes",
            "Nothing of it was kept. If such documents have grown, raise the limit in backcourt/sources/http/limits.py.",
            status=200,
        )


class NotTheMediaError(FetchError):
    """Another kind of document than was asked for, such as a page that blocks."""

    of_host = True

    @classmethod
    def instead(cls, request: Request, what: str, quote: str) -> NotTheMediaError:
        return cls(
            request,
            f"{what} came where {request.media} was expected: {quote!r}",
            "The host may block this network or be under maintenance; open the address in a browser to see.",
            status=200,
        )


class TruncatedError(FetchError):
    """A part of a document."""

    passing = True

    @classmethod
    def of(cls, request: Request, said: str) -> TruncatedError:
        return cls(request, said, "Nothing of it was kept; run the same again.", status=200)


class TooSlowError(FetchError):
    """Not within the time that a document may take."""

    of_host = True

    @classmethod
    def of(cls, request: Request, host: str, seconds: float) -> TooSlowError:
        return cls(
            request,
            f"{host} had not sent all of it within {seconds:.0f} s",
            "Run the same again later; the limit is in backcourt/sources/http/limits.py.",
        )


class OfflineError(FetchError):
    """Not in the archive, and nothing else may be asked."""

    @classmethod
    def missing(cls, request: Request, folder: Path) -> OfflineError:
        return cls(
            request,
            f"it is not in the archive {folder}, and BACKCOURT_OFFLINE is set",
            "Fetch it once on a connected machine without --offline, or copy an archive that has it.",
        )


class BudgetSpentError(FetchError):
    """More credits than allowed, confirmed or left."""

    @classmethod
    def over(cls, request: Request, cost: int, what: str, hint: str) -> BudgetSpentError:
        return cls(request, f"{cost:,} credits are {what}; nothing was sent", hint)

    def about(self, request: Request) -> BudgetSpentError:
        """The same of another request of the plan."""
        return BudgetSpentError(request, self.said, self.hint)


class KeyMissingError(FetchError):
    """The source's credential is not set."""

    @classmethod
    def of(cls, request: Request, variable: str) -> KeyMissingError:
        return cls(
            request,
            f"{request.source} needs a key, and {variable} is not set",
            f"Set {variable} to your key of that service; it is sent to it alone and shown nowhere.",
        )


class ArchiveError(SourceError):
    """The archive cannot be read or written."""

    @classmethod
    def unusable(cls, path: Path, why: str) -> ArchiveError:
        return cls(
            f"The archive {path} cannot be used: {why}.",
            "Free room, correct its rights or name another folder with BACKCOURT_ARCHIVE.",
        )

    @classmethod
    def other_version(cls, path: Path, found: int, known: int) -> ArchiveError:
        return cls(
            f"The index {path} has version {found}; this program knows {known}.",
            "Use the program that wrote it, or name another folder with BACKCOURT_ARCHIVE.",
        )


class DamagedError(SourceError):
    """An archived document is not what was stored."""

    @classmethod
    def of(cls, path: Path, digest: str, why: str) -> DamagedError:
        return cls(
            f"The archived document {digest[:12]} is damaged: {path} {why}.",
            "Restore that file from a backup, or fetch its document again without --offline, which replaces it.",
        )
