"""From bytes to text: who is believed, and that nothing is fatal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workloads.web.fetching.charset import PIECE, decoded, reads_as_utf8

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


SHOPS = [
    # charset of the header as servers write it, codec of the bytes, name and price of the page
    ("windows-1251", "cp1251", "Чайник", "1 990 ₽".replace("₽", "руб.")),
    ("koi8-r", "koi8-r", "Чайник", "1 990 руб."),
    ("shift_jis", "cp932", "電気ケトル", "1,980円"),
    ("euc-jp", "euc-jp", "電気ケトル", "1,980円"),
    ("gb2312", "gb18030", "电热水壶", "199元"),
    ("GBK", "gb18030", "電熱水壺", "199元"),
    ("big5", "big5hkscs", "電熱水壺", "199元"),
    ("euc-kr", "cp949", "전기주전자", "35,000원"),
    ("iso-8859-15", "iso-8859-15", "Bouilloire d'été", "39,90 €"),
    ("iso-8859-2", "iso-8859-2", "Čajník", "249,00 zł"),
    ("iso-8859-7", "iso-8859-7", "Βραστήρας", "39,90 €"),
    ("windows-1250", "cp1250", "Konvička šedá", "899 Kč"),
    ("windows-1252", "cp1252", "Bouilloire", "39,90 €"),
    ("windows-1255", "cp1255", "קומקום", "₪199"),
    ("tis-620", "cp874", "กาต้มน้ำ", "฿990"),
    ("utf-16le", "utf-16-le", "Bouilloire", "39,90 €"),
    ("utf-8", "utf-8", "Čajník", "899 Kč"),
    (' "windows-1251"', "cp1251", "Чайник", "1 990 руб."),
    ("cp1251", "cp1251", "Чайник", "1 990 руб."),
    ("x-sjis", "cp932", "電気ケトル", "1,980円"),
    ("latin1", "cp1252", "Wasserkocher groß", "39,90 €"),
]


@pytest.mark.parametrize(("label", "codec", "name", "price"), SHOPS)
@pytest.mark.parametrize("meta", ["", "<meta charset='iso-8859-4'>"])
def test_the_headers_charset_is_believed_also_against_a_wrong_meta_element(
    label: str, codec: str, name: str, price: str, meta: str
) -> None:
    html = f"<html><head>{meta}</head><h1>{name}</h1><b>{price}</b>"
    text, _ = decoded(html.encode(codec), f"text/html; charset={label}")
    assert text == html


def test_a_western_charset_that_a_server_adds_to_every_page_yields_to_the_pages_own_utf_8() -> None:
    body = ("<meta charset=utf-8>" + TEXT).encode()
    assert decoded(body, "text/html; charset=ISO-8859-1") == (body.decode(), "utf-8")
    lying = ("<meta charset=utf-8>" + TEXT).encode("cp1252")
    assert decoded(lying, "text/html; charset=ISO-8859-1") == (lying.decode("cp1252"), "cp1252")


@pytest.mark.parametrize("codec", ["cp1252", "cp1251", "cp932"])
def test_one_broken_byte_in_a_long_page_is_no_reason_to_doubt_its_charset(codec: str) -> None:
    body = ("<p>" + {"cp1252": "Größe", "cp1251": "Размер", "cp932": "大きさ"}[codec]).encode(codec) * 100
    broken = body + {"cp1252": b"\x81", "cp1251": b"\x98", "cp932": b"\xff"}[codec]
    text, _ = decoded(
        broken, f"text/html; charset={ {'cp1252': 'latin1', 'cp1251': 'cp1251', 'cp932': 'sjis'}[codec] }"
    )
    assert text.startswith(body.decode(codec))


def test_a_single_sign_that_utf_8_cannot_read_is_read_as_western() -> None:
    body = "<p>12,50 €</p>".encode("cp1252")
    assert decoded(body, "text/html; charset=utf-8") == ("<p>12,50 €</p>", "cp1252")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_under_any_header_give_text(body: bytes, content_type: str) -> None:
    text, name = decoded(body, content_type)
    assert isinstance(text, str) and name


@given(
    st.lists(
        st.sampled_from([b"a" * (PIECE - 1), "ö".encode(), "あ".encode(), b"\xe4", b"\xc3", b"\0", b"\xfe\xff", b"<"])
    ),
    st.sampled_from(["", "text/html; charset=utf-8", "text/html; charset=koi8-r", "text/html; charset=utf-16le"]),
    st.sampled_from([b"", b"<meta charset=utf-8>", b"<meta charset=windows-1252>", b"\xef\xbb\xbf"]),
)
def test_what_reads_as_utf8_is_decoded_as_such(pieces: list[bytes], content_type: str, start: bytes) -> None:
    body = start + b"".join(pieces)
    text, name = decoded(body, content_type)
    if reads_as_utf8(body, content_type):
        assert name == "utf-8" and text.encode() == body
    elif not content_type and start == b"" and name == "utf-8":
        assert text.encode() != body


def test_a_broken_letter_across_two_pieces_is_seen() -> None:
    whole = b"a" * (PIECE - 1) + "ö".encode() + b"a" * PIECE
    assert reads_as_utf8(whole)
    assert not reads_as_utf8(whole.replace("ö".encode(), b"\xc3a"))
