"""Every way to spell this machine's own address."""

from __future__ import annotations

_SPELLINGS = """
127.0.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 0 0.0.0.0 127.255.255.254
①②⑦.⓪.⓪.① ①②⑦.0.0.1 １２７.0.0.1 127。0。0。1 127.0.0.1. 127.0.0.01 localhost LOCALHOST localhost. ⓛⓞⓒⓐⓛⓗⓞⓢⓣ
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [0:0:0:0:0:ffff:127.0.0.1] [64:ff9b::7f00:1]
[2002:7f00:1::] [fe80::1%25lo] [::1%25lo] 127.0.0.1%00.shop.example 127.0.0.1\0 %31%32%37.0.0.1
shop.example@127.0.0.1 127.0.0.1:80@127.0.0.1
"""
SPELLINGS = _SPELLINGS.split()
