"""A strict parser of the text format of Prometheus, version 0.0.4: what it does not know is an error."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'(?P<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?P<text>(?:[^"\\\n]|\\["\\n])*)"'
UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}

Key = tuple[tuple[str, str], ...]


@dataclass
class Family:
    """A metric with its help, its type and its samples by sorted labels."""

    help: str
    kind: str = ""
    samples: dict[Key, float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """The metrics of a text; raises ValueError with the line that breaks a rule."""
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    found: dict[str, Family] = {}
    current = ""
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        try:
            current = _read(line, found, current)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}: {line!r}") from None
    return found


def _read(line: str, found: dict[str, Family], current: str) -> str:
    if told := re.fullmatch(rf"# HELP ({NAME}) (.+)", line):
        if told[1] in found:
            raise ValueError("a metric stands twice")
        if re.sub(r"\\\\|\\n", "", told[2]).count("\\"):
            raise ValueError("a backslash is not escaped")
        found[told[1]] = Family(told[2])
        return told[1]
    if typed := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)", line):
        if typed[1] != current or found[current].kind or found[current].samples:
            raise ValueError("a type without its help just before")
        found[current].kind = typed[2]
        return current
    name, labels, value = _sample(line)
    if name != current or not found[name].kind:
        raise ValueError("a sample apart from its metric")
    if labels in found[name].samples:
        raise ValueError("a sample stands twice")
    found[name].samples[labels] = value
    return current


def _sample(line: str) -> tuple[str, Key, float]:
    parts = re.fullmatch(rf"(?P<name>{NAME})(?:\{{(?P<labels>.*)\}})? (?P<value>[^ ]+)", line)
    if parts is None:
        raise ValueError("no sample")
    rest, labels = parts["labels"] or "", {}
    while rest:
        label = re.match(LABEL, rest)
        if label is None or label["label"] in labels:
            raise ValueError("labels that cannot be read")
        labels[label["label"]] = re.sub(r'\\[\\"n]', lambda one: UNESCAPED[one.group()], label["text"])
        rest = rest[label.end() :]
        if rest and not rest.startswith(","):
            raise ValueError("labels without a comma between them")
        rest = rest.removeprefix(",")
    value = float(parts["value"])
    if not math.isfinite(value):
        raise ValueError("no figure")
    return parts["name"], tuple(sorted(labels.items())), value
