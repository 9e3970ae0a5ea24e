"""From bytes to text: who is believed, and that nothing is fatal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.web.charset import decoded

TEXT = "<p>Größe: 12,50 € – Käse</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (TEXT.encode(), "text/html; charset=UTF-8", "utf-8"),
        (TEXT.encode("cp1252"), "text/html; charset=iso-8859-1", "cp1252"),
        (TEXT.encode(), "text/html", "utf-8"),
        (b'<meta charset="windows-1252">' + TEXT.encode("cp1252"), "text/html", "cp1252"),
        (b"<meta http-equiv=x content='text/html; charset=latin1'>" + TEXT.encode("cp1252"), "text/html", "cp1252"),
        (b'<?xml version="1.0" encoding="cp1252"?>' + TEXT.encode("cp1252"), "", "cp1252"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=cp1252", "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "text/html", "utf-16-le"),
        (TEXT.encode(), "text/html; charset=nonsense-9", "utf-8"),
        (TEXT.encode(), "text/html; charset=rot13", "utf-8"),
        # Lies: the header names a charset that the bytes do not fit.
        (b'<meta charset="cp1252">' + TEXT.encode("cp1252"), "text/html; charset=utf-8", "cp1252"),
        (TEXT.encode(), "text/html; charset=ascii; charset", "cp1252"),
    ],
)
def test_the_text_is_read_by_the_first_charset_that_fits(body: bytes, content_type: str, charset: str) -> None:
    text, name = decoded(body, content_type)
    assert name == charset
    if charset != "cp1252" or "ascii" not in content_type:
        assert text.endswith(TEXT)


def test_japanese_without_a_word_about_its_charset_is_detected() -> None:
    body = ("<title>電気ケトル</title>" + "価格は税込みで千二百円です。" * 40).encode("shift_jis")
    text, name = decoded(body, "text/html")
    assert "電気ケトル" in text and name in ("cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213")


def test_one_broken_character_does_not_turn_utf_8_into_something_else() -> None:
    body = TEXT.encode() * 1_000 + b"\xff"
    assert decoded(body, "text/html")[0].startswith(TEXT)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_under_any_header_give_text(body: bytes, content_type: str) -> None:
    text, name = decoded(body, content_type)
    assert isinstance(text, str) and name
