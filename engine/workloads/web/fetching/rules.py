"""The rules of one fetch, without any I/O to the network: gate, robots.txt, politeness, redirects, retries.

    visit(text) yields Ask --> a driver (fetch: requests, afetch: aiohttp) --> sends Answer or throws TaskFailed
                returns FetchedPage, raises FetchFailed, or raises Later when the host is busy

One generator for both drivers: that is why they keep the same promises. It sleeps nowhere and touches only small
files in the politeness folder.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

from engine import __version__
from engine.config import Settings
from engine.errors import Later, TaskFailed
from engine.machine.private import make_folder
from engine.protocol.elsewhere import Elsewhere
from engine.text import duration
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.addresses.urls import Url, joined
from engine.workloads.web.fetching.answers import (
    REDIRECTS,
    TRANSIENT,
    Answer,
    Ask,
    FetchedPage,
    FetchFailed,
    FetchKind,
    Transient,
    Validators,
    challenged,
    check_page,
    media_type,
    refused,
    retry_after,
)
from engine.workloads.web.fetching.charset import decoded
from engine.workloads.web.fetching.refresh import may_refresh, refresh_target
from engine.workloads.web.fetching.unpack import accepted
from engine.workloads.web.manners import OURS, Manners
from engine.workloads.web.politeness import robots
from engine.workloads.web.politeness.far import FarPolite, FarRobotsStore, FarTrips
from engine.workloads.web.politeness.polite import Polite, back_off
from engine.workloads.web.politeness.trips import Trip, Trips

MOST_HOPS = 5
MOST_TRIES = 3
SITEMAP_CAP = 50_000_000
"""Bytes (sitemaps.org: no more than 50 MB)."""

Conversation = Generator[Ask, Answer, FetchedPage]
_SPELLING = frozenset(("blocked_address", "invalid_host", "invalid_url", "scheme"))
# A robots.txt that leads nowhere is one that is not there (RFC 9309 2.3.1.2-3).
_NO_RULES = frozenset(("too_many_redirects", "redirect_blocked", "damaged", "not_a_web_page"))


class FetchRules:
    """What every fetch of one run keeps to. Safe to share between threads.

    `folder` is shared by all processes whose politeness counts together; on a cluster its scheduler takes that part.
    `scope` sets the retries of one run apart from another's that fetches the same addresses.
    """

    def __init__(
        self, settings: Settings, gate: Gate, folder: Path, scope: str = "", back_off_s: float = 0.5,
        manners: Manners = OURS,
    ) -> None:  # fmt: skip
        self.settings, self.gate = settings, gate
        self._scope, self._back_off_s, self._manners = scope, back_off_s, manners
        self._polite: Polite | FarPolite
        self._trips: Trips | FarTrips
        if Elsewhere.ask is not None:
            self._polite = FarPolite(settings, gate.allowed)
            self._robots, self._trips = robots.Robots(FarRobotsStore()), FarTrips()
            return
        make_folder(folder)
        self._polite = Polite(settings, folder, gate.allowed)
        self._robots = robots.Robots(robots.store_in(folder))
        self._trips = Trips(folder)

    def headers(self) -> dict[str, str]:
        """What every request says of itself."""
        contact = " ".join(self.settings.contact.split())
        ours = f"{robots.PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")
        return {
            "User-Agent": self._manners.user_agent or ours.encode("ascii", "replace").decode("ascii"),
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": accepted(),
            "Accept-Language": self._manners.language or "en;q=0.8,*;q=0.5",
        }

    def visit(self, text: str, kind: FetchKind = "page", known: Validators | None = None) -> Conversation:
        """Fetch one page, unless it is still the version that is `known`: a generator for a driver.

        Raises FetchFailed and Later.
        """
        name = f"{kind} {self._scope} {text}"
        trip = self._trips.load(name, text)
        deadline = time.monotonic() + self.settings.fetch_deadline_s - trip.try_s
        try:
            url, answer = yield from self._travel(name, trip, kind, deadline, known)
            if kind == "page":
                _check(answer)
            if kind == "page" and self._sent_on(trip, url, answer):
                url, answer = yield from self._travel(name, trip, kind, deadline, known)
                _check(answer)
        except TaskFailed as failure:
            self._trips.drop(name, trip)
            raise FetchFailed(failure.reason, failure.message, trip.attempts) from failure.__cause__
        self._trips.drop(name, trip)
        return FetchedPage(
            url=text,
            final_url=url.text,
            status=answer.status,
            content_type=media_type(answer.headers),
            body=answer.body,
            attempts=trip.attempts,
            service_s=trip.service_s,
            timings=answer.timings,
            headers=answer.headers,
        )

    def _travel(
        self, name: str, trip: Trip, kind: FetchKind, deadline: float, known: Validators | None = None
    ) -> Generator[Ask, Answer, tuple[Url, Answer]]:
        """Follow redirects and try again until an answer other than these; one request a round."""
        begun = time.monotonic()
        if trip.ready > begun:
            raise Later(trip.ready - begun)
        while True:
            try:
                url, answer = yield from self._request(trip, kind, deadline, known)
            except Later:
                trip.try_s += time.monotonic() - begun
                self._trips.save(name, trip)
                raise
            except Transient as failure:
                self._again(name, trip, failure, None)
            except TaskFailed as failure:
                if trip.hops and failure.reason in _SPELLING:
                    text = f"The redirect was blocked at hop {trip.hops}: {failure.message}"
                    raise TaskFailed("redirect_blocked", text) from None
                raise
            else:
                if answer.status in REDIRECTS and "location" in answer.headers:
                    self._follow(trip, url, answer.headers["location"])
                elif not 200 <= answer.status < 300 and (wall := challenged(answer, url.host)):
                    raise wall
                elif answer.status in TRANSIENT:
                    self._again(name, trip, refused(answer.status, url.host), retry_after(answer.headers))
                elif _is_last(answer.status, kind) or (answer.status == 304 and _is_asked(known, url)):
                    return url, answer
                else:
                    raise refused(answer.status, url.host)

    def _request(
        self, trip: Trip, kind: FetchKind, deadline: float, known: Validators | None
    ) -> Generator[Ask, Answer, tuple[Url, Answer]]:
        """One request, when gate, robots.txt and politeness let it pass."""
        url = self.gate.check_url(trip.url)
        crawl_delay_s = 0.0
        if kind != "robots":
            allowed = yield from self._rules_of(url, deadline)
            allowed.check(url.text, url.origin)
            crawl_delay_s = self._bearable(allowed, url)
        conditions = known.headers() if known is not None and _is_asked(known, url) else {}
        turn = self._polite.enter(url, crawl_delay_s)
        asked = time.monotonic()
        well = True  # also when the fetch is given up from outside: that is not the host's fault
        try:
            answer = yield Ask(url, kind, deadline, self._cap(kind), turn.sent, _cookie(trip, url), conditions)
            well = answer.status < 500 and answer.status != 429
        except TaskFailed as failure:
            well = not isinstance(failure, Transient) and failure.reason not in ("timed_out", "connection_failed")
            raise
        finally:
            turn.leave(well)
            if not well:
                self._polite.err(url)
            trip.service_s += time.monotonic() - asked
        if answer.cookies:
            from engine.workloads.web.fetching import cookies

            trip.cookies = cookies.kept(trip.cookies, url.text, answer.cookies)
        return url, answer

    def _again(self, name: str, trip: Trip, failure: TaskFailed, asked_s: float | None) -> None:
        """Put the fetch off for its next try (Later), or raise TaskFailed when there is none."""
        url = self.gate.check_url(trip.url)
        longest_s = self.settings.retry_after_max_s
        if asked_s is not None and asked_s > longest_s:
            asked = duration(asked_s)
            text = f"{url.host} asks to come back in {asked}: not waited for, the limit is {longest_s:g} s."
            raise TaskFailed("rate_limited", text)
        if trip.attempts >= MOST_TRIES:
            sentence = failure.message.rstrip(".")
            raise TaskFailed(failure.reason, f"{sentence}; given up after {trip.attempts} tries.")
        delay_s = max(back_off(trip.attempts, self._back_off_s), asked_s or 0.0)
        if asked_s:
            self._polite.pause(url, asked_s)
        trip.attempts += 1
        trip.try_s = 0.0
        trip.ready = time.monotonic() + delay_s
        self._trips.save(name, trip)
        raise Later(delay_s)

    def _follow(self, trip: Trip, url: Url, location: str) -> None:
        trip.hops += 1
        if trip.hops > MOST_HOPS:
            raise TaskFailed("too_many_redirects", f"{url.host} redirects more than {MOST_HOPS} times.")
        try:
            trip.url = joined(url, location).text
        except (TaskFailed, ValueError) as error:
            raise TaskFailed("redirect_blocked", f"The redirect was blocked at hop {trip.hops}: {error}") from None

    def _sent_on(self, trip: Trip, url: Url, answer: Answer) -> bool:
        """Whether the page sends its readers on (meta refresh): followed once, as one more redirect."""
        target = None if trip.refreshed else refresh_target(_head(answer))
        if target is None:
            return False
        trip.refreshed = True
        self._follow(trip, url, target)
        return trip.url != url.text

    def _rules_of(self, url: Url, deadline: float) -> Generator[Ask, Answer, robots.RobotsRules]:
        known = self._robots.get(url.origin)
        if known is not None:
            return known
        with self._robots.claim(url.origin) as claim:
            if claim is None:
                raise self._polite.later(url)
            return claim.known or (yield from self._fetch_rules(url, claim, deadline))

    def _fetch_rules(
        self, url: Url, claim: robots.Claim, deadline: float
    ) -> Generator[Ask, Answer, robots.RobotsRules]:
        name = f"robots {self._scope} {url.origin}"
        trip = self._trips.load(name, f"{url.origin}/robots.txt")
        kept_s = robots.SHOP_KEPT_S if self.gate.allowed.host(url.host, url.port) else robots.KEPT_S
        try:
            _, answer = yield from self._travel(name, trip, "robots", deadline)
        except TaskFailed as failure:
            self._trips.drop(name, trip)
            if failure.reason in _NO_RULES:
                return claim.learn("", kept_s)
            return claim.learn_failure(failure.reason, failure.message)
        self._trips.drop(name, trip)
        return claim.learn(answer.body.decode("utf-8-sig", "replace"), kept_s)

    def _bearable(self, known: robots.RobotsRules, url: Url) -> float:
        delay_s, longest_s = known.crawl_delay_s, self.settings.retry_after_max_s
        if delay_s > longest_s and not self._polite.exempt(url):
            asked = duration(delay_s)
            text = f"robots.txt of {url.host} asks for {asked} between pages: the limit is {longest_s:g} s."
            raise TaskFailed("rate_limited", text)
        return delay_s

    def _cap(self, kind: FetchKind) -> int:
        caps = {"page": int(self.settings.page_max_mb * 1e6), "robots": robots.LARGEST, "sitemap": SITEMAP_CAP}
        return caps[kind]


def _is_last(status: int, kind: FetchKind) -> bool:
    """Whether an answer ends the fetch, and well."""
    return 200 <= status < 300 or (kind == "robots" and 400 <= status < 500)


def _is_asked(known: Validators | None, url: Url) -> bool:
    """Whether what is known is a version of the page at this address, rather than of where it led before."""
    return known is not None and known.url == url.text


def _cookie(trip: Trip, url: Url) -> str:
    """The Cookie header for the next request of a fetch."""
    if not trip.cookies:
        return ""
    from engine.workloads.web.fetching import cookies

    return cookies.header(trip.cookies, url.text)


def _check(answer: Answer) -> None:
    """Raise TaskFailed (not_a_web_page) for what is none; a page that is unchanged has no body."""
    if answer.status != 304:
        check_page(answer.body)


def _head(answer: Answer) -> str:
    """The text of a page that may send its readers on; empty where its bytes say that it cannot."""
    if not may_refresh(answer.body):
        return ""
    return decoded(answer.body, media_type(answer.headers))[0]
