"""The commands about runs that are stored: list, show, export, open, resume, retry, cancel, delete."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from engine.cli.terminal.files import write_whole
from engine.cli.terminal.telling import show_table, tell
from engine.cli.watching import leave, open_store, summarise, tell_comparison, tell_results, watch
from engine.errors import OverlapError
from engine.report import MEDIA_TYPES
from engine.runs import jobs
from engine.runs.marks import label_of, note_of
from engine.text import printable

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@json_option
def runs(limit: int, as_json: bool) -> None:
    """List the newest runs."""
    rows = [
        {
            "run": run.id,
            "state": run.state,
            "kind": run.kind,
            "workload": run.workload,
            "ok": run.ok,
            "failed": run.failed,
            "tasks": run.tasks,
            "created": run.created_at[:19].replace("T", " "),
            "title": run.title,
        }
        for run in open_store().runs(limit=limit)
    ]
    if as_json:
        click.echo(json.dumps(rows))
    elif rows:
        show_table(rows)
    else:
        tell("There is no run yet: `overlap resize` and `overlap scrape` make some.")


@click.command()
@click.argument("run")
@json_option
def show(run: str, as_json: bool) -> None:
    """Show one run, by its number or token."""
    store = open_store()
    found = store.run(run)
    summarise(store, found)
    if not as_json:
        tell_results(store, found, err=False)
    tell_comparison(store, found, err=as_json)
    if as_json:
        from engine.report.documents.document import run_document

        click.echo(json.dumps(run_document(store, found)))


@click.command()
@click.argument("run")
@click.option("--format", "file_format", type=click.Choice(list(MEDIA_TYPES)), default="json", show_default=True)
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="A file; stdout by default.")
def export(run: str, file_format: str, target: Path | None) -> None:
    """Write a run out: all that was measured, a table, a report, or what can be taken home."""
    from engine.report import export_chunks

    store = open_store()
    chunks = export_chunks(store, store.run(run), file_format)
    if target:
        write_whole(target, chunks)
        tell(f"Written to {target}.")
        return
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)


@click.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def open_(file: Path) -> None:
    """Take a run that was exported as JSON, here or elsewhere, into the history."""
    from engine.report.documents.document import import_document, read_document

    store = open_store()
    summarise(store, import_document(store, read_document(file)))


@click.command()
@click.argument("run")
@json_option
def resume(run: str, as_json: bool) -> None:
    """Run what an interrupted or cancelled run left: tasks that have no end yet, or a comparison's missing blocks."""
    store = open_store()
    leave(watch(store, jobs.resume(store, store.run(run)), as_json))


@click.command()
@click.argument("run")
@json_option
def retry(run: str, as_json: bool) -> None:
    """Run the failed tasks of a run again."""
    store = open_store()
    leave(watch(store, jobs.retry(store, store.run(run)), as_json))


@click.command()
@click.argument("run")
def cancel(run: str) -> None:
    """Ask a run to stop; it does so within two seconds."""
    store = open_store()
    found = store.run(run)
    jobs.cancel(store, found)
    tell(f"Run {found.id} was {found.state}; its end was asked for.")


@click.command()
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(run: str, yes: bool) -> None:
    """Delete a run with its records and files."""
    store = open_store()
    found = store.run(run)
    if found.state in ("waiting", "running"):
        raise OverlapError(f"Run {found.id} is {found.state}: cancel it first.")
    if not yes:
        title = printable(found.title)
        click.confirm(f"Delete run {found.id}, {title}, with its records and files?", abort=True, err=True)
    store.delete(found)
    tell(f"Run {found.id} is deleted.")


@click.command()
@click.argument("run")
@click.option("--label", help="A word to filter the History by; an empty text removes it.")
@click.option("--note", help="A note of your own; an empty text removes it.")
@click.option("--pin/--unpin", "pinned", default=None, help="A pinned run is never removed by itself.")
def mark(run: str, label: str | None, note: str | None, pinned: bool | None) -> None:
    """Write a label or a note on a run, or pin it."""
    store = open_store()
    found = store.run(run)
    values: dict[str, Any] = {} if pinned is None else {"pinned": pinned}
    if label is not None:
        values["label"] = label_of(label)
    if note is not None:
        values["note"] = note_of(note)
    store.update_run(found, **values)


@click.command()
@click.option("--days", type=click.FloatRange(0), help="Remove what ended longer ago. [default: OVERLAP_KEEP_DAYS]")
@click.option("--gb", type=click.FloatRange(0), help="Remove the oldest above so much. [default: OVERLAP_KEEP_GB]")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def tidy(days: float | None, gb: float | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove old runs with their files, and give the room back to the disk; pinned runs stay."""
    from engine.runs import room

    store = open_store()
    days = store.settings.keep_days if days is None else days
    gb = store.settings.keep_gb if gb is None else gb
    going = room.tidy(store, days, gb, dry=True)
    for run in going.runs:
        tell(f"Run {run.id}, {run.created_at[:10]}, {run.tasks:,} tasks: {run.title}")
    if going.runs and not dry_run and not yes:
        click.confirm(f"Delete these {len(going.runs):,} runs with their records and files?", abort=True, err=True)
    done = going if dry_run else room.tidy(store, days, gb)
    taken = room.use(store)
    freed = f"{'would come' if dry_run else 'came'} back"
    tell(f"{len(done.runs):,} runs, {done.freed / 1e6:,.1f} MB {freed}. The history takes "
               f"{taken.history / 1e6:,.1f} MB; {taken.free / 1e9:,.1f} GB are free.")  # fmt: skip
    for problem in done.problems:
        tell(problem)
    if as_json:
        click.echo(json.dumps({"removed": [run.id for run in done.runs], "freed_bytes": done.freed,
                               "history_bytes": taken.history, "free_bytes": taken.free}))  # fmt: skip
    if done.problems:
        sys.exit(1)
