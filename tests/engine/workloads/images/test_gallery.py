"""The gallery page: pictures of every width and format, alt from names, nothing that runs, nobody's file replaced."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from engine.model import Configuration, Run
from engine.runs import jobs
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.gallery import NAME, Result, Shown, alt_of, page, page_of, snippet
from engine.workloads.images.making.options import resizing_from
from tests.engine.support import run_to_end
from tests.engine.workloads.images.pictures import photo

pytestmark = pytest.mark.usefixtures("inside")


class Read(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.found if name == tag]


def made(store: Store, folder: Path, *names: str, target: Path, **options: object) -> Run:
    """A finished run over pictures of these names, with a gallery page."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names, 1):
        if not (folder / name).exists():
            photo(320, 240, number).save(folder / name, "JPEG")
    resizing = resizing_from({"sizes": ["160", "80"], "format": "avif,webp,jpeg", **options})
    plan = resize_plan(
        [folder / name for name in names], resizing, Configuration("sequential", 1), store.settings,
        target=target, root=folder, html=True,
    )  # fmt: skip
    return run_to_end(store, plan)


def test_every_picture_is_there_in_every_width_and_format_and_each_address_is_a_file(
    store: Store, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = made(store, tmp_path / "in", "beach_at-noon.jpg", "50% off, #1 & 'x'.jpg", target=out)
    text = (out / NAME).read_text()
    read = Read(text)
    assert [image["alt"] for image in read.of("img")] == ["beach at noon", "50% off, #1 & 'x'"]
    assert all(image["loading"] == "lazy" and image["width"] and image["height"] for image in read.of("img"))
    assert [source["type"] for source in read.of("source")] == ["image/avif", "image/webp"] * 2
    sets = [str(element["srcset"]) for element in [*read.of("source"), *read.of("img")]]
    addresses = [part.split(" ") for one in sets for part in one.split(", ")]
    assert len(addresses) == 12 and {width for _, width in addresses} == {"80w", "160w"}
    links = [str(link["href"]) for link in read.of("a")]
    missing = [one for one in [*links, *(address for address, _ in addresses)] if not (out / unquote(one)).is_file()]
    assert missing == []
    assert page_of(out, run) == out / NAME and run.token not in text


def test_nothing_in_a_name_becomes_markup_or_leads_elsewhere() -> None:
    bad = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    shown = Shown(bad + ".jpg", (Result(f"javascript:alert(1),//evil.example {bad}.jpg", 10, 10, 10),))
    read = Read(page(bad, [shown], "0" * 16))
    assert read.of("script") == []
    (image,) = read.of("img")
    assert str(image["src"]).startswith("./javascript%3A") and "onerror" not in image
    assert set(image) == {"src", "width", "height", "alt", "loading", "decoding"}
    assert image["alt"] == bad.rpartition("/")[2], "folders are no part of it"


def test_an_alternative_text_is_made_of_the_name() -> None:
    assert [alt_of(name) for name in ("a/IMG_2024-05.jpg", "beach.JPG", "_.png")] == ["IMG 2024 05", "beach", "_.png"]


def test_one_file_is_a_plain_image_and_an_avif_alone_is_one_too() -> None:
    assert snippet(Shown("a.jpg", (Result("a.jpg", 10, 20, 5),))) == (
        '<img src="./a.jpg" width="10" height="20" alt="a" loading="lazy" decoding="async">'
    )
    assert 'src="./a.avif"' in snippet(Shown("a.jpg", (Result("a.avif", 10, 20, 5),)))


def test_a_page_that_somebody_else_wrote_stays_and_a_retry_renews_ones_own(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / NAME).write_text("mine")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.jpg").write_bytes(b"no picture")
    run = made(store, tmp_path / "in", "a.jpg", "bad.jpg", target=out)
    assert (out / NAME).read_text() == "mine"
    assert (out / "gallery-2.html").read_text().count("<img") == 1
    (tmp_path / "in" / "bad.jpg").write_bytes((tmp_path / "in" / "a.jpg").read_bytes())
    run = jobs.wait(store, jobs.retry(store, run))
    assert run.failed == 0
    assert (out / "gallery-2.html").read_text().count("<img") == 2
    assert sorted(path.name for path in out.glob("*.html")) == ["gallery-2.html", NAME]


def test_a_page_that_cannot_be_written_costs_a_remark_and_not_the_run(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in ["", *(f"-{number}" for number in range(2, 1000))]:
        (out / f"gallery{number}.html").mkdir(parents=True)
    run = made(store, tmp_path / "in", "a.jpg", target=out)
    assert (run.state, run.ok) == ("finished", 1)
