"""Pages in a script to take home: plain lines with requests, or aiohttp for coroutines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.model import Run, Task
from engine.report.script.parts import Work, pairs
from engine.store import Store
from engine.workloads.shop.addresses import is_demo
from engine.workloads.web.manners import Manners, manners_of

_HEAD = """\
HEADERS = $headers
GAP_S = $gap_s  # between two requests to one shop
DEADLINE_S = $deadline_s
last: dict = {}  # when each shop was asked last
turns: dict = {}
rules: dict = {}  # each shop's robots.txt
$base

"""

_FETCH = '''\
def fetch(url):
    """One page of a shop whose robots.txt allows it, a shop's pages one after the other."""
    shop = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    with turns.setdefault(shop, threading.Lock()):
        if shop not in rules:
            answer = requests.get(f"{shop}/robots.txt", headers=HEADERS, timeout=DEADLINE_S)
            rules[shop] = RobotFileParser()
            rules[shop].parse(answer.text.splitlines() if answer.ok else [])
        if not rules[shop].can_fetch(HEADERS["User-Agent"], url):
            raise PermissionError("the shop's robots.txt does not allow it")
        time.sleep(max(0.0, last.get(shop, 0.0) + GAP_S - time.monotonic()))
        last[shop] = time.monotonic()
        answer = requests.get(url, headers=HEADERS, timeout=DEADLINE_S)
    answer.raise_for_status()
    return answer.text


'''

_FETCH_ASYNC = '''\
async def fetch(url):
    """One page of a shop whose robots.txt allows it, a shop's pages one after the other."""
    shop = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    limit = aiohttp.ClientTimeout(DEADLINE_S)
    async with turns.setdefault(shop, asyncio.Lock()), aiohttp.ClientSession(headers=HEADERS, timeout=limit) as session:
        if shop not in rules:
            async with session.get(f"{shop}/robots.txt") as answer:
                rules[shop] = RobotFileParser()
                rules[shop].parse((await answer.text()).splitlines() if answer.ok else [])
        if not rules[shop].can_fetch(HEADERS["User-Agent"], url):
            raise PermissionError("the shop's robots.txt does not allow it")
        await asyncio.sleep(max(0.0, last.get(shop, 0.0) + GAP_S - time.monotonic()))
        last[shop] = time.monotonic()
        async with session.get(url) as answer:
            answer.raise_for_status()
            return await answer.text()


'''

_READ = '''\
def offers(data):
    """What the page's own products are offered for, in its JSON-LD; products named within others are not meant."""
    for node in data if isinstance(data, list) else data.get("@graph", [data]):
        if "Product" in str(node.get("@type")):
            found = node.get("offers") or []
            yield from found if isinstance(found, list) else [found]


def product(page, selector):
    """Name, price and currency: where the selector says, else from JSON-LD, else from what is marked up."""
    tree = LexborHTMLParser(page)
    name = tree.css_first("h1")
    found = {"name": name.text(strip=True) if name else None}
    if selector:
        node = tree.css_first(selector)
        return {**found, "price": node.text(strip=True) if node else None}
    for script in tree.css('script[type="application/ld+json"]'):
        for offer in offers(json.loads(script.text())):
            price = offer.get("price", offer.get("lowPrice"))
            return {**found, "price": str(price), "currency": offer.get("priceCurrency")}
    for node in tree.css('[itemprop="price"], meta[property="product:price:amount"]'):
        return {**found, "price": node.attributes.get("content") or node.text(strip=True)}
    raise LookupError("no price was found on the page")


${async_}def run(page):
    """Fetch one page and read the product on it."""
    return product(${await_}fetch($url), page["selector"])


'''

_BASE = 'BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else ""\n'
_NEEDS_BASE = """\
if not BASE:
    sys.exit("Start the demo shops (overlap shop), and name their address, such as http://127.0.0.1:8000.")
"""

BEYOND = (
    "What the engine does beyond this script: it keeps the pace towards a shop over all processes, tries again what "
    "is worth it, refuses addresses of private networks and pages that are too large, reads prices that are only "
    "written out, in frames or in scripts, and says what is doubtful (the folder has it all: overlap export RUN "
    "--format folder).",
)


def _headers(manners: Manners, ours: str) -> dict[str, str]:
    """What the script tells shops: as the run did, where that was chosen."""
    language = {"Accept-Language": manners.language} if manners.language else {}
    return {"User-Agent": manners.user_agent or ours, **language}


def scrape(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """Pages of shops; the demo shops' address is named when the script is started."""
    settings = store.settings
    demo = any(is_demo(task.argument["url"]) for task in tasks)
    contact = f" (+{settings.contact})" if settings.contact else ""
    names: dict[str, Any] = {
        "headers": repr(_headers(manners_of(run.options), f"price-script{contact}")),
        "gap_s": settings.host_gap_s,
        "deadline_s": settings.fetch_deadline_s,
        "base": _BASE if demo else "",
        "url": 'page["url"].replace("demo:", BASE, 1)' if demo else 'page["url"]',
    }
    client = ("import aiohttp",) if asynchronous else ("import requests", "import threading")
    return Work(
        _HEAD + (_FETCH_ASYNC if asynchronous else _FETCH) + _READ,
        names,
        pairs(tasks),
        imports=(
            *client, "from urllib.parse import urlsplit", "from urllib.robotparser import RobotFileParser",
            "from selectolax.lexbor import LexborHTMLParser",
        ),
        packages=("aiohttp" if asynchronous else "requests", "selectolax"),
        before=_NEEDS_BASE if demo else "",
        remarks=BEYOND,
    )  # fmt: skip
