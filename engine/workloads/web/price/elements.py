"""The elements that the readers of data ask for, found in one walk over the tree.

Each walk of its own costs as much as the parser does for a twentieth of the page, most of it waiting for memory; asked
for one after the other they cost three times this.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

Attributes = dict[str, str | None]
Found = list[tuple[LexborNode, Attributes]]

_SELECTOR = "script,meta,h1,body,[itemprop],[property]"


@dataclass(slots=True)
class Elements:
    """Elements in document order, with their attributes where these tell more.

    `head_metas` are those of the page's head; `properties` are what RDFa marks in its body.
    """

    scripts: Found = field(default_factory=list)
    head_metas: Found = field(default_factory=list)
    metas: Found = field(default_factory=list)
    headings: list[LexborNode] = field(default_factory=list)
    itemprops: Found = field(default_factory=list)
    properties: Found = field(default_factory=list)


def elements_of(tree: LexborHTMLParser) -> Elements:
    """The elements of a page."""
    found = Elements()
    in_body, last = False, 0
    for node in tree.css(_SELECTOR):
        if node.mem_id == last:  # what two of the selectors find comes twice in a row
            continue
        last = node.mem_id
        tag, attributes = node.tag, node.attributes
        if tag == "script":
            found.scripts.append((node, attributes))
        elif tag == "meta":
            found.metas.append((node, attributes))
            if not in_body:
                found.head_metas.append((node, attributes))
        elif tag == "h1":
            found.headings.append(node)
        if "itemprop" in attributes:
            found.itemprops.append((node, attributes))
        if in_body and "property" in attributes:
            found.properties.append((node, attributes))
        in_body = in_body or tag == "body"
    return found
