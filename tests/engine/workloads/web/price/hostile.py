"""Pages that were made to keep a reader busy."""

from __future__ import annotations

N = 100_000
HOSTILE = {
    "nested boxes": "<div>" * N,
    "nested boxes, 5 MB": "<div>" * 1_000_000,
    "nested bold": "<b>" * N + "<p>x" * 100,
    "boxes and paragraphs": "<div>" * (N // 2) + "<p>a" * (N // 2),
    "nested lists": "<ul><li>" * N,
    "nested tables": "<table><tr><td>" * N,
    "closing tags that match nothing": "<span>" * (N // 2) + "</div>" * (N // 2),
    "each opening followed by a wrong closing": "<span></q>" * 4 * N,
    "stray closing tags below a deep place": "<span>" * 5_000 + "</q>" * 8 * N,
    "short boxes below a deep place": "<span>" * 5_000 + "<div></div>" * 4 * N,
    "one tag with very many attributes": "<div " + " ".join(f"a{i}=1" for i in range(N)) + ">",
    "attributes with closing brackets in quotes": "<div " + " ".join(f'a{i}=">"' for i in range(3 * N)) + ">",
    "attributes parted by slashes": "<div " + "".join(f"a{i}/" for i in range(3 * N)) + ">",
    "many tags with many attributes": ("<div " + " ".join(f"a{i}=1" for i in range(4_000)) + ">") * 140,
    "only opening brackets": "<" * 5_000_000,
    "unclosed quotes": '<a "' * 1_000_000,
    "unclosed comments": "<!--" * 1_000_000,
    "nested links and paragraphs": "<a><p>" * 3 * N,
    "prices without end": "<p>$1.00</p>" * 3 * N,
    "one text of digits": "<p>" + "1" * 4_000_000,
    "one text of prices": "<p>" + "$1.00 " * 600_000,
    "prices in their own lists": "<ul><li class='price'><b>$</b><i>1</i><sup>99</sup></li></ul>" * 60_000,
    "prices below a deep place": "<b>" * 2_000 + "<i>$1.00</i>" * 20_000,
    "marked prices": "<p itemscope itemtype='Product'><b itemprop='price'>1</b></p>" * 60_000,
    "scripts that name prices": "<script>" + "price: 12, listPrice = 13, " * 50_000 + "</script><p>$12</p><p>$13</p>",
    "scripts that look like state": "<h1>a vase</h1><script>"
    + "var aState = {price " * 100_000
    + "</script><p>$12</p>",
    "nested JSON-LD": "<script type='application/ld+json'>" + '{"a":[' * 100_000 + "</script>",
    "JSON-LD without end": "<script type='application/ld+json'>" + '{"a":1},' * 200_000 + "</script>",
    "JSON-LD of quotes": "<script type='application/ld+json'>{" + '"' * 1_500_000 + "</script>",
    "blanks in JSON-LD": "<script type='application/ld+json'>{,," + " " * 1_500_000 + "</script>",
    "commas in JSON-LD": "<script type='application/ld+json'>{" + ", " * 700_000 + "</script>",
    "line breaks in JSON-LD": "<script type='application/ld+json'>{1" + "\n" * 1_500_000 + "</script>",
    "boxes of a framework that do not end": "<script>a</script>" + "<div id=" * N,
    "notes for browsers without scripts": "<script>a</script>" + "<noscript>" * N,
    "apps that do not end": "<script>a</script>" + "<my-app " * N,
    "meta tags that do not end": "<meta http-equiv=refresh " * N,
    "coupons without end": "<h1>a</h1>" + "<p>coupon code " * N,
    "struck prices": "<h1>a</h1>" + "<p><s class=line-through>$9</s> <b>$8</b>" * 30_000,
    "headings without end": "<h1>a</h1>" * 100_000,
    "meta tags without end": "<meta name=price content=1>" * 100_000,
}
