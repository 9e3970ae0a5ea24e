"""The commands that do the work: `resize` and `scrape`."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import click

from engine.cli.group import CHANGED
from engine.cli.resizing import how_to_resize, tell_notes
from engine.cli.terminal.asking import OptionalValues, agree
from engine.cli.terminal.files import write_whole
from engine.cli.terminal.progress import Planning
from engine.cli.terminal.telling import tell
from engine.cli.values import Place
from engine.cli.watching import leave, open_store, run_plan
from engine.config import Settings, load
from engine.errors import InputRefused, TaskFailed
from engine.executors import EXECUTORS
from engine.machine.remote_files import is_address, read
from engine.model import Configuration, Run, telling
from engine.store import Store
from engine.workloads.images.sets.targets import CHOICES


def how_to_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how tasks are run."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the whole run as one JSON document."),
        click.option("--start-method", type=click.Choice(["forkserver", "spawn", "fork"]), help="How processes start."),
        click.option("--chunk", type=click.IntRange(1), help="Tasks per hand-over; by default the loop decides."),
        click.option("--workers", type=click.IntRange(1), help="By default what suits the workload here."),
        click.option("--executor", type=click.Choice(list(EXECUTORS)), help="By default what suits the workload here."),
    ):
        command = option(command)
    return command


def configuration(store: Store, workload: str, given: Mapping[str, Any]) -> Configuration:
    """What was asked for (executor, workers, chunk, start_method), completed by the default, told on stderr."""
    from engine.config import usable_cpus
    from engine.runs.defaults import preset_for

    suggested = preset_for(store, workload)
    preset = suggested.configuration
    if given["executor"] is None:
        tell(f"How it is run: {suggested.why}")
    name = given["executor"] or preset.executor
    same = name == preset.executor
    workers = given["workers"] or (1 if name == "sequential" else preset.workers if same else usable_cpus())
    method = given["start_method"] or (preset.start_method if same else None)
    return Configuration(name, workers, method, given["chunk"])


@click.command(cls=OptionalValues)
@click.argument("sources", nargs=-1, required=True, type=Place(exists=True, path_type=Path))
@click.option("--to", "target", type=Place(path_type=Path), help="Output folder, or an address: s3://bucket/folder.")
@click.option("--beside", is_flag=True, help="Instead of --to: each result beside its original, with --name's suffix.")
@click.option("--overwrite", type=click.Choice(CHOICES), default="never", show_default=True,
              help="What becomes of files that exist already; --overwrite alone: all. Originals are never replaced.")
@how_to_resize
@click.option("--glob", "pattern", help="Which files of a folder, for example '**/*.jpg'.")
@click.option("--html", is_flag=True, help="Write a gallery page beside the results, with HTML to copy (srcset).")
@click.option("--skip-unchanged", is_flag=True,
              help="Skip pictures that have not changed since their result was made; redo those that have.")
@how_to_run
def resize(sources: tuple[Path | str, ...], pattern: str | None, skip_unchanged: bool, **given: Any) -> None:
    """Resize images, folders of images or ZIPs of them into another folder. Originals are never written.

    SOURCES and --to may be addresses (s3://bucket/photos/*.jpg), which need the package of their kind: s3fs, gcsfs.
    """
    from engine.cli.sources import destination, gathered, note_done, resized_at
    from engine.runs.resize_plans import fitting, resize_plan
    from engine.workloads.images.making.options import resizing_from
    from engine.workloads.images.sets.targets import Overwriting
    from engine.workloads.images.sets.unchanged import Done

    settings = load()
    store = open_store(settings)
    given["name"] = given["name"] or ("{stem}-small.{ext}" if given["beside"] else "{stem}.{ext}")
    resizing = resizing_from({**given, "sizes": given["sizes"] or ("400x400",), "format": ",".join(given["formats"])})
    if by_address := [one for one in (*sources, given["target"]) if is_address(one)]:
        if pattern or skip_unchanged or given["beside"] or given["html"]:
            raise click.UsageError(f"{by_address[0]}: --glob, --skip-unchanged, --beside and --html need folders.")
        how = configuration(store, "resize", given)
        plan = resized_at(store, sources, given["target"], resizing, how, given["overwrite"])
        run = run_plan(store, plan, given["as_json"])
        tell_notes(store, run)
        leave(run)
        return
    local = [Path(source) for source in sources]
    target = destination(local, given["target"], given["beside"])
    how = configuration(store, "resize", given)
    done = Done(target, resizing)
    planning = Planning()

    def asked(names: Sequence[str]) -> Collection[str]:
        planning.clear()
        return agree(names)

    with gathered(local, pattern, settings, target, done, planning) as found:
        how, fewer = fitting(found.files, resizing, how, settings)
        if fewer:
            tell(fewer)
        done.look(telling(found.files, planning, "pictures looked at", len(found.files)))
        beside = given["beside"] or found.root == target.resolve()
        plan = resize_plan(
            found.files, resizing, how, settings, target=target, root=found.root or (target if beside else None),
            done=done if skip_unchanged else None, overwriting=Overwriting(given["overwrite"], asked),
            identities=None if found.root else found.identities, beside=beside, html=given["html"],
            told=planning,
        )
        planning.clear()
        if left := len(found.files) - len(plan.tasks):
            tell(f"{left} of {len(found.files)} are unchanged and left out.")
        run = run_plan(store, plan, given["as_json"])
        note_done(store, run, done)
        tell_notes(store, run)
        leave(run)


@click.command()
@click.argument("sources", metavar="FILE|ADDRESS|-...", nargs=-1, required=True,
                type=Place(allow_dash=True, path_type=Path))
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here, too.")
@click.option("--column", help="Which column of a table holds the addresses: its heading, or its number from 1.")
@click.option(
    "--selectors",
    "selectors_file",
    type=click.Path(path_type=Path),
    help="CSS selectors of prices: lines of 'host selector', or a JSON object. Those kept by the app are used anyway.",
)
@click.option("--since", metavar="last|RUN", help="Tell what changed since the last run of this list, or since RUN.")
@click.option("--language", default="", help="Sent to shops as Accept-Language, such as de-DE or 'de-AT, de;q=0.8'.")
@click.option("--user-agent", default="",
              help="What shops are told as User-Agent, in place of Overlap's. robots.txt is still asked for Overlap.")
@click.option("--revalidate/--no-revalidate", default=True, show_default=True,
              help="Ask shops that mark versions of their pages only for those that changed since they were read last.")
@click.option("--fail-on-change", is_flag=True, help="Exit with 4 when something changed; with --since.")
@how_to_run
def scrape(
    sources: tuple[Path | str, ...], csv_file: Path | None, column: str | None, selectors_file: Path | None,
    since: str | None, language: str, user_agent: str, revalidate: bool, fail_on_change: bool, as_json: bool,
    **how: Any,
) -> None:
    """Read prices from the pages at these addresses, or at those that FILE holds; - reads stdin.

    FILE is text as people write it, a table (CSV with any delimiter), a sitemap, a feed or a saved page; it may lie at
    an address (s3://bucket/list.csv). A web address (https://shop.example/kettle) is itself a page to read.
    """
    from engine.report.tables import csv_chunks
    from engine.runs.plans import scrape_plan
    from engine.workloads.web.manners import Manners
    from engine.workloads.web.price.selectors import from_file, kept

    manners = Manners(language, user_agent)
    settings = load()
    store = open_store(settings)
    earlier = store.run(since) if since and since != "last" else None
    urls = gathered_addresses(sources, settings, column)
    selectors = {**kept(settings.home), **(from_file(selectors_file) if selectors_file else {})}
    plan = scrape_plan(
        urls, configuration(store, "scrape", how), settings, selectors, manners=manners, revalidate=revalidate
    )
    run = run_plan(store, plan, as_json)
    if csv_file:
        write_whole(csv_file, csv_chunks(store, run))
        tell(f"The table is in {csv_file}.")
    changed = tell_changes(store, run, earlier) if since or fail_on_change else 0
    leave(run)
    if changed and fail_on_change:
        sys.exit(CHANGED)


def tell_changes(store: Store, run: Run, earlier: Run | None) -> int:
    """Say on stderr what changed since the run before; gives how many pages did."""
    from engine.analysis.price_changes import in_words
    from engine.report.earlier import changes_since
    from engine.report.price_words import change_line

    found = changes_since(store, run, earlier)
    if found is None:
        tell("This is the first run of this list here: there is nothing to compare it with.")
        return 0
    tell(f"Since run {found.earlier.id} ({found.earlier.ended_at}): {in_words(found.changes)}.")
    for change in found.changes:
        tell(f"  {change_line(change)}")
    return len(found.changes)


def gathered_addresses(sources: Sequence[Path | str], settings: Settings, column: str | None = None) -> Sequence[str]:
    """The addresses that all these sources hold, each once. Raises InputRefused."""
    from engine.workloads.web.lists.kept import distinct

    if len(sources) == 1:
        return addresses(sources[0], settings, column)
    return distinct(url for source in sources for url in addresses(source, settings, column))


def addresses(source: Path | str, settings: Settings, column: str | None = None) -> Sequence[str]:
    """The addresses in a file or on stdin, each once; how it was read and what was left out is told on stderr.

    A web address is read as one that was pasted: it is the only one in its list.
    What is no address stays in the list: its record says why it was not fetched. Raises InputRefused.
    """
    from engine.workloads.web.lists.kept import distinct
    from engine.workloads.web.lists.reading import read_file

    name, column = ("", None) if is_page(source) else (PurePosixPath(source).name, column)
    try:
        with opened(source, settings) as file:
            listed = read_file(file, name, settings, column)
    except FileNotFoundError:
        raise InputRefused(f"There is no file {source}: correct its name, or write - to read stdin.") from None
    except OSError as error:
        raise InputRefused(f"{source} cannot be read ({error.strerror}).") from None
    found = listed.inputs
    for sentence in (*listed.told, *found.sentences):
        tell(sentence)
    if listed.sitemaps and not found.urls:
        return followed(listed.sitemaps, settings)
    if not found.urls:
        raise InputRefused(f"{source} holds no web address: they begin with https://, http:// or www.")
    # Addresses are distinct, and none of them is rubbish.
    return distinct(chain(found.urls, (item.text for item in found.rubbish))) if found.rubbish else found.urls


def is_page(source: Path | str) -> bool:
    """Whether this names a page of the web, rather than a file that lists some."""
    return isinstance(source, str) and source.lower().startswith(("http://", "https://"))


def opened(source: Path | str, settings: Settings) -> IO[bytes]:
    """What a file, stdin (-) or an address holds, to be read as often as needed; a web address stands for itself.

    Raises OSError, InputRefused.
    """
    if is_page(source):
        return io.BytesIO(str(source).encode())
    if isinstance(source, Path):
        if str(source) != "-" and source.is_file():
            return source.open("rb")
        kept = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115 - the caller closes it
        try:  # a pipe, whatever it is called, is read once
            with contextlib.nullcontext(sys.stdin.buffer) if str(source) == "-" else source.open("rb") as given:
                shutil.copyfileobj(given, kept)
        except BaseException:
            kept.close()
            raise
        kept.seek(0)
        return cast("IO[bytes]", kept)
    try:
        return io.BytesIO(read(source, settings.upload_max_mb))
    except TaskFailed as failure:
        raise InputRefused(f"{failure.message} Check its spelling, and the credentials of this environment.") from None


def followed(sitemaps: Sequence[str], settings: Settings) -> list[str]:
    """The pages of the sitemaps that an index names, fetched through the gate; troubles are told on stderr."""
    from engine.workloads.web.fetching.fetch import Fetcher
    from engine.workloads.web.lists.sitemap import follow

    tell(f"Reading {len(sitemaps):,} sitemaps that this index names.")
    with Fetcher(settings, workers=1) as fetcher:
        harvest = follow(lambda url: fetcher.fetch_waiting(url, 60, "sitemap"), sitemaps, settings)
    for sentence in (*harvest.problems, *harvest.inputs.sentences):
        tell(sentence)
    if not harvest.inputs.urls:
        raise InputRefused("The sitemaps that this index names hold no page.")
    return [*harvest.inputs.urls]
