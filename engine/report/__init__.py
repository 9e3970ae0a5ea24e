"""Exports of a run: JSON, CSV, Parquet and a standalone HTML report. `export_chunks` is the way in."""

from engine.report.exports import MEDIA_TYPES, export_chunks, file_name

__all__ = ["MEDIA_TYPES", "export_chunks", "file_name"]
