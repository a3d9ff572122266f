"""Are the settings allowed, and have the sources what they need? No value of a variable is ever told."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from backcourt.checks.finding import Finding
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import ledger, ranks
from backcourt.settings import SETTINGS, wrong_settings

_PREFIX = "BACKCOURT_"


def settings(ground: Ground) -> Iterator[Finding]:
    """Every setting has a value that is allowed, and every variable of Backcourt's is one that it reads."""
    wrong = wrong_settings(ground.environ)
    for variable, error in sorted(wrong.items()):
        yield Finding(
            "settings", "fail", f"{error.message} The checks go on with the default.", variable, hint=error.hint
        )
    known = [setting.env for setting in SETTINGS] + [name for names in ground.credentials.values() for name in names]
    for variable in sorted(name for name in ground.environ if name.startswith(_PREFIX) and name not in known):
        close = get_close_matches(variable, known, n=1)
        yield Finding(
            "settings",
            "warn",
            "it is set, and nothing reads it",
            variable,
            hint=f"Unset {variable}" + (f", or did you mean {close[0]}?" if close else "."),
        )
    if not wrong:
        given = sum(setting.env in ground.environ for setting in SETTINGS)
        yield Finding("settings", "pass", f"{len(SETTINGS)} settings are allowed, {given} from the environment")


def credentials(ground: Ground) -> Iterator[Finding]:
    """Each source that is to be asked is known, and the variables that it needs are set."""
    for source in _chosen(ground):
        if source not in ground.credentials:
            yield Finding("credentials", "warn", "this Backcourt does not know it", source, hint=_known(ground))
            continue
        needed = ground.credentials[source]
        missing = [name for name in needed if not ground.environ.get(name, "").strip()]
        if missing and source not in _certain(ground):
            said = f"{', '.join(missing)} is not set; it is needed only to ask {source}"
            yield Finding("credentials", "pass", said, source, {"missing": missing})
        elif missing:
            said = f"{', '.join(missing)} is not set" if len(missing) == 1 else f"{', '.join(missing)} are not set"
            yield Finding("credentials", "fail", said, source, {"missing": missing}, hint=f"Set {', '.join(missing)}.")
        else:
            said = f"{', '.join(needed)} set" if needed else "none needed"
            yield Finding("credentials", "pass", said, source)


def _chosen(ground: Ground) -> tuple[str, ...]:
    """The sources that are certain to be asked, else all that are known."""
    return _certain(ground) or tuple(ground.credentials)


def _certain(ground: Ground) -> tuple[str, ...]:
    """The sources named, else those that filled the warehouse and those of BACKCOURT_SOURCES."""
    if ground.chosen is not None:
        return ground.chosen
    terms = [term.strip().partition(":")[0] for term in ground.settings.sources.split(",") if term.strip()]
    filled = (
        ranks.all_sources(ground.opened) if ground.warehouse is not None and ledger.exists(ground.warehouse) else []
    )
    return tuple(dict.fromkeys([*filled, *terms]))


def _known(ground: Ground) -> str:
    return f"Known sources: {', '.join(sorted(ground.credentials))}."
