"""One product read from one HTML page: its price, currency and what else the page tells, with the evidence.

    excerpt.py       what the page tells machines, cut out and parsed alone: enough for many pages
    page.py          the page, parsed within bounds (bounds.py)
    structured.py    JSON-LD          ┐
    microdata.py     itemprop, RDFa   │
    meta.py          meta tags        ├ each gives Candidates
    embedded.py      shop systems     │  (shop_systems.py, state.py)
    visible.py       visible text     ┘  (walk.py goes over the page, sights.py sees prices,
                                           surroundings.py reads the elements around them)
    quick.py         the short way where data and source agree
    decide.py        candidates to one Product (weigh.py chooses, outcome.py tells)
    former.py        old prices, and those before tax, beside the one that is paid
    kinds.py         why a page holds none: blocked, a choice about cookies, JavaScript
    amount.py, number.py, marks.py, currency.py   amounts and currencies as text
    elements.py      the elements that the readers of data ask for
    names.py, labels.py      the words of shops: names of elements, labels on the page
    json_text.py, fields.py  JSON as pages hold it, and schema.org's fields
    files.py, layers.py      saved pages, and what each layer saw on one

No network and no executor is known here. Start at `read_product`.
"""

from engine.workloads.web.price.files import read_files
from engine.workloads.web.price.product import Product
from engine.workloads.web.price.read import read_product

__all__ = ["Product", "read_files", "read_product"]
