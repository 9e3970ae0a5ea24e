"""Sitemaps that tests make."""

from __future__ import annotations

import json

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(*urls: str) -> bytes:
    rows = "".join(f"<url><loc> {url} </loc><image:loc>https://img.example/x</image:loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset {NAMESPACE} xmlns:image="urn:i">{rows}</urlset>'.encode()


def index(*urls: str) -> bytes:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {NAMESPACE}>{rows}</sitemapindex>".encode()


def product(name: str) -> bytes:
    """A page of a product with this name, in mark-up."""
    told = {"@context": "https://schema.org", "@type": "Product", "name": name,
            "offers": {"@type": "Offer", "price": "12.50", "priceCurrency": "EUR"}}  # fmt: skip
    safe = json.dumps(told).replace("<", "\\u003c")
    return f"<!doctype html><title>x</title><script type='application/ld+json'>{safe}</script>".encode()
