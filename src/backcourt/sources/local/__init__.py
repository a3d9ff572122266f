"""Files on disk as a source: Parquet, CSV and JSON with a declared column mapping."""

from backcourt.sources.local.adapter import IngestReport, ingest_folder, scan

__all__ = ["IngestReport", "ingest_folder", "scan"]
