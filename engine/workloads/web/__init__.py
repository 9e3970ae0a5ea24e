"""One page: may it be fetched, and fetching it. Knows no executor and no run.

    inputs, sitemap, estimate     lists of addresses, and what politeness means for them, before the start
    fetch, afetch                 the two drivers: requests for threads and processes, aiohttp for the event loop
      └ rules                     one fetch as a generator, shared by both: gate, robots.txt, turns, redirects, retries
          ├ gate: urls, ranges, allowed    which addresses may be connected to
          ├ polite, robots, trips, locks   whose turn it is, across processes, by kernel locks in one folder
          └ answers, unpack, charset       what came back, within its bounds
    connections, watch, tls, failures      what the drivers stand on
    price/                        reading a product from a page's HTML

Start at `fetch.Fetcher` and `afetch.AsyncFetcher`; both raise `TaskFailed`, and `Later` when a host is busy.
"""
