"""One product read from one HTML page: its price, currency and what else the page tells, with the evidence.

    page.py          the page, parsed within bounds
    structured.py    JSON-LD          ┐
    microdata.py     itemprop, RDFa   │
    meta.py          meta tags        ├ each gives Candidates
    embedded.py      shop systems     │
    visible.py       visible text     ┘
    decide.py        candidates to one Product
    amount.py, currency.py, signs.py   what amounts, currencies and shops' words look like
    files.py         saved pages

No network and no executor is known here. Start at `read_product`.
"""

from engine.web.price.files import read_files
from engine.web.price.product import Product
from engine.web.price.read import read_product

__all__ = ["Product", "read_files", "read_product"]
