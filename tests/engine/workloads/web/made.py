"""Sitemaps that tests make."""

from __future__ import annotations

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(*urls: str) -> bytes:
    rows = "".join(f"<url><loc> {url} </loc><image:loc>https://img.example/x</image:loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset {NAMESPACE} xmlns:image="urn:i">{rows}</urlset>'.encode()


def index(*urls: str) -> bytes:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {NAMESPACE}>{rows}</sitemapindex>".encode()
