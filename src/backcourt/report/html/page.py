"""The page: its parts in a frame, with style and script within it."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from string import Template

from backcourt.report.html.calendar import calendars, legend
from backcourt.report.html.facts import Facts
from backcourt.report.html.markup import el
from backcourt.report.html.sections import findings, headline, history, quality, trouble


def page(facts: Facts) -> str:
    """The whole page as HTML. Only its own script may run, and nothing may be fetched: the browser is told so."""
    script = _file("script.js")
    kind = f"{facts.kind} data" if facts.kind else "no data"
    known = f", as known at {facts.as_of}" if facts.as_of else ""
    return Template(_file("page.html")).substitute(
        allowed=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=_file("style.css"),
        script=script,
        title=el("title", f"Backcourt, {kind}"),
        kind=el("span", kind, class_="kind"),
        made=el("p", f"{facts.scope} Made {facts.made_at:%Y-%m-%d %H:%M} UTC{known}."),
        headline=headline(facts),
        legend=legend(facts),
        calendars=calendars(facts),
        trouble=trouble(facts),
        quality=quality(facts.quality),
        history=history(facts),
        findings=findings(facts.verdicts),
    )


def _file(name: str) -> str:
    return files("backcourt.report.html").joinpath(name).read_text(encoding="utf-8")
