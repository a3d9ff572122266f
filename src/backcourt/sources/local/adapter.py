"""Ingest a folder of files: find what each file is, hand over one delivery per file, one transaction each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import events, ledger, raw
from backcourt.engine.contract import Contract
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.intake import Delivery, Outcome, is_known, receive, recount_offers
from backcourt.engine.ranks import NO_SOURCES
from backcourt.engine.raw import live_rows
from backcourt.engine.registry import Registry
from backcourt.engine.renew import renew
from backcourt.errors import ContractError, SourceError, UsageError
from backcourt.seasons import season_window
from backcourt.sources.known import OWN_IDS
from backcourt.sources.local.mapping import SUFFIXES, FileMapping, default_mappings
from backcourt.sources.local.reader import digest, open_file
from backcourt.sources.local.resolve import context_version
from backcourt.sources.local.stage import stage, stage_nothing
from backcourt.sources.unreal import refuse_simulated
from backcourt.warehouse.duckdb import Warehouse

SIMULATED = "simulated"


@dataclass(frozen=True)
class MappedFile:
    """A file of the folder, the mapping that claims it and the season its name carries."""

    path: Path
    mapping: FileMapping
    season: str | None


@dataclass(frozen=True)
class Folder:
    """What a folder holds: files that are mapped, and names of those that are not."""

    files: tuple[MappedFile, ...]
    ignored: tuple[str, ...]

    @property
    def seasons(self) -> tuple[str, ...]:
        """Seasons that files of the schedule carry in their names."""
        return tuple(sorted({f.season for f in self.files if f.season and f.mapping.table == "games"}))


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did, file by file; `due` partitions of built tables would run now.

    `troubles` say what of the source could not be had or read, and was left as it was.
    """

    outcomes: tuple[Outcome, ...]
    ignored: tuple[str, ...]
    seasons: tuple[str, ...]
    due: int
    troubles: tuple[str, ...] = ()


def scan(folder: Path, mappings: Sequence[FileMapping]) -> Folder:
    """Match every file of a folder with a mapping; raises SourceError when the folder cannot be read."""
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder.", "Name a folder with the files to ingest.")
    files: list[MappedFile] = []
    ignored: list[str] = []
    for path in sorted(folder.iterdir()):
        claims = [(mapping, match) for mapping in mappings if (match := mapping.matches(path.name))]
        if len(claims) > 1:
            names = ", ".join(mapping.file for mapping, _ in claims)
            raise ContractError(f"{path.name} is claimed by several mappings: {names}.", "Make their names distinct.")
        if not claims or not path.is_file():
            ignored.append(path.name)
            continue
        mapping, match = claims[0]
        files.append(MappedFile(path, mapping, match.groupdict().get("season")))
    return Folder(tuple(files), tuple(ignored))


def ingest_folder(
    warehouse: Warehouse,
    registry: Registry,
    folder: Path,
    clock: Clock,
    *,
    seasons: Sequence[str] = (),
    source: str = "local",
    kind: str = "real",
    mappings: Sequence[FileMapping] | None = None,
    max_vanishing: float = 0.05,
    on_file: Callable[[Outcome], None] = lambda outcome: None,
    on_refused: Callable[[MappedFile, SourceError], None] | None = None,
    takes_empty: bool = False,
    only: Collection[str] | None = None,
) -> IngestReport:
    """Fill the raw tables from a folder, for the given seasons or for all that it has a schedule of.

    Each file is one transaction: it is stored whole or not at all. Raises SourceError at the first file that is
    wrong; the files before it stay stored. With `on_refused` that is told instead, and the files after it are read.
    With `takes_empty` a file without a byte is one without rows; with `only` other files than these are left alone.
    """
    found = scan(folder, mappings if mappings is not None else default_mappings())
    if only is not None:
        found = Folder(tuple(file for file in found.files if file.path.name in only), found.ignored)
    if not found.files:
        raise SourceError(
            f"{folder} holds no file that a mapping claims.",
            f"Known names: {', '.join(sorted({mapping.file for mapping in default_mappings()}))}; suffixes {', '.join(SUFFIXES)}.",
        )
    ledger.create(warehouse)
    ledger.refuse_as_of(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    raw.create(warehouse, registry.raw.values())
    if any(file.mapping.table == "games" and not file.mapping.quarantines for file in found.files):
        _refuse_other_ids(warehouse, source)
    wanted = _wanted_seasons(warehouse, found, seasons, folder)
    with warehouse.transaction():
        ledger.claim_kind(warehouse, kind)
    chosen = [file for file in _in_order(registry, found.files) if file.season is None or file.season in wanted]
    with announced(warehouse, registry, clock, f"ingest of {folder.name}", len(chosen)) as announce:
        outcomes = []
        for file in chosen:
            try:
                outcomes.append(
                    _ingest_file(warehouse, registry, file, wanted, source, kind, clock, max_vanishing, takes_empty)
                )
            except SourceError as error:
                if on_refused is None:
                    raise
                on_refused(file, error)
                continue
            announce(outcomes[-1])
            on_file(outcomes[-1])
    return IngestReport(tuple(outcomes), found.ignored, wanted, now_due(warehouse))


def _refuse_other_ids(warehouse: Warehouse, source: str) -> None:
    """Raise SourceError where games have the ids of another numbering: each would stand twice, once under each id."""
    rows = warehouse.rows(f"SELECT DISTINCT source FROM ({live_rows('games')})")
    others = {row[0] for row in rows} - {source, *NO_SOURCES}
    clashing = sorted(each for each in others if (each in OWN_IDS) != (source in OWN_IDS))
    if clashing:
        raise SourceError(
            f"This warehouse has games from {clashing[0]}, and those of {source} have other ids: each would stand twice.",
            f"Ingest {source} into a warehouse of its own:  --warehouse FILE",
        )


@contextmanager
def announced(
    warehouse: Warehouse, registry: Registry, clock: Clock, what: str, files: int
) -> Iterator[Callable[[Outcome], None]]:
    """Let other processes see that an ingest has the warehouse, and where the built tables stand before and after."""

    def announce(outcome: Outcome) -> None:
        events.append(warehouse, clock.now(), "file", {"stream": outcome.stream, "changed": outcome.changed})

    evaluate_all(warehouse, registry)
    events.start(warehouse, clock.now(), "ingest", what, files)
    outcome = "failed"
    try:
        yield announce
        outcome = "complete"
    finally:
        events.append(warehouse, clock.now(), events.ENDED, {"run": what, "outcome": outcome})
    evaluate_all(warehouse, registry)
    events.write_snapshot(warehouse)


def now_due(warehouse: Warehouse) -> int:
    """How many partitions of built tables would run; `evaluation` must be filled."""
    return int(warehouse.value("SELECT COUNT(*) FROM evaluation WHERE reason IS NOT NULL"))


def _wanted_seasons(warehouse: Warehouse, found: Folder, seasons: Sequence[str], folder: Path) -> tuple[str, ...]:
    stored = {row[0] for row in warehouse.rows("SELECT DISTINCT season FROM ledger.schedule")}
    have = sorted(stored | set(found.seasons))
    if not have:
        raise SourceError(
            f"{folder} has no schedule, and the warehouse has none.", "Ingest a schedule_SEASON file first."
        )
    unknown = sorted(set(seasons) - set(have))
    if unknown:
        raise UsageError.bad_scope(
            "--seasons", ",".join(unknown), f"no schedule for it in {folder}", ":".join(have[:1])
        )
    return tuple(sorted(set(seasons))) or tuple(have)


def _in_order(registry: Registry, files: Iterable[MappedFile]) -> list[MappedFile]:
    """Registries first, then the schedule, then what refers to it; names last, as they resolve against box scores."""

    def rank(file: MappedFile) -> tuple[int, str]:
        contract = registry.raw[file.mapping.table]
        if file.mapping.quarantines:
            return 4, file.path.name
        if contract.name in ("teams", "players"):
            return 0, file.path.name
        if contract.name in ("games", "player_aliases"):
            return 1, file.path.name
        return (2 if contract.name == "player_box" else 3), file.path.name

    return sorted(files, key=rank)


def _ingest_file(
    warehouse: Warehouse,
    registry: Registry,
    file: MappedFile,
    seasons: tuple[str, ...],
    source: str,
    kind: str,
    clock: Clock,
    max_vanishing: float,
    takes_empty: bool,
) -> Outcome:
    contract = _contract(registry, file)
    delivery = _delivery(warehouse, contract, file, seasons, source)
    if is_known(warehouse, contract, delivery):
        return Outcome(delivery.stream, contract.name, is_known=True)
    relation = None if takes_empty and not file.path.stat().st_size else open_file(warehouse, file.path)
    cut = seasons if file.season is None else None
    with warehouse.transaction():
        if relation is None:
            stage_nothing(warehouse, contract)
        else:
            stage(warehouse, contract, file.mapping, relation, cut, source)
            if kind != SIMULATED:
                refuse_simulated(warehouse, contract, file.path)
        outcome = receive(warehouse, contract, delivery, clock.now(), max_vanishing)
        if contract.name == "games":
            recount_offers(warehouse, registry.raw.values())
        return outcome


def _contract(registry: Registry, file: MappedFile) -> Contract:
    contract = registry.raw.get(file.mapping.table)
    if contract is None:
        raise ContractError(f"The mapping of {file.path.name} fills raw.{file.mapping.table}, which does not exist.")
    return contract


def _delivery(
    warehouse: Warehouse, contract: Contract, file: MappedFile, seasons: tuple[str, ...], source: str
) -> Delivery:
    mapping = file.mapping
    covered = (file.season,) if file.season else seasons
    is_cut = contract.is_dated and bool(file.season or mapping.season_column or mapping.date_column)
    version = [digest(file.path), mapping.text, contract.model_dump_json(include={"columns", "key", "refers"})]
    if mapping.quarantines:
        version.append(context_version(warehouse))
    return Delivery(
        source=source,
        stream=file.path.name,
        scope=",".join(covered) if is_cut else "all",
        digest=hashlib.sha256("\n".join(version).encode()).hexdigest(),
        quarantines=mapping.quarantines,
        windows=tuple(season_window(season) for season in covered) if is_cut else None,
        coverage=tuple((season, kind) for season in covered for kind in mapping.coverage),
        grows=mapping.grows,
    )
