"""One walk finds what each selector would have found by itself, in the same order."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborNode

from engine.workloads.web.price.page import open_page

PAGES = {
    "plain": b"<head><meta name=a><script>1</script></head><body><h1>Vase</h1><p itemprop=name>Vase</p></body>",
    "several marks on one element": b"<h1 itemprop=name property=name>Vase</h1><meta itemprop=price property=price>",
    "marks on the body itself": b"<body itemprop=x property=y><script itemprop=z></script><svg><script/></svg>",
    "metas all over": b"<meta name=a><head><meta name=b></head><p><meta property=c></p></body><meta name=d></html>",
    "frames": b"<html><head><meta name=a></head><frameset><frame property=x></frameset>",
    "no tags": b"Vase, 19.99",
    "nothing": b"",
}


def ids(nodes: list[LexborNode]) -> list[int]:
    return [node.mem_id for node in nodes]


@pytest.mark.parametrize("name", list(PAGES))
def test_one_walk_finds_what_each_selector_finds(name: str) -> None:
    page = open_page(PAGES[name], None)
    tree, found = page.tree, page.elements
    assert ids([node for node, _ in found.scripts]) == ids(tree.css("script"))
    assert ids([node for node, _ in found.metas]) == ids(tree.css("meta"))
    assert ids([node for node, _ in found.head_metas]) == ids(tree.head.css("meta") if tree.head else [])
    assert ids(found.headings) == ids(tree.css("h1"))
    assert ids([node for node, _ in found.itemprops]) == ids(tree.css("[itemprop]"))
    assert ids([node for node, _ in found.properties]) == ids(tree.css("body [property]"))
