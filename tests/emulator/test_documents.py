"""Documents as they are read: formats, pages, quarters of pages, chunks of sentences."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca.emulator import samples
from dodeca.emulator.inference.documents import chunks
from dodeca.emulator.media.documents import PDF, QUADRANTS, document_format, read_text
from dodeca.video.probe import BrokenMedia
from tests.depth import depth

from .newer import QUARTERS


def test_a_pdf_has_pages_with_their_text(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", ["something red (\\o/)\nand blue", "", "café"])
    for source in (path, path.read_bytes()):
        pdf = PDF(source)
        assert pdf.page_count == 3
        assert [page.text for page in pdf.pages] == ["something red (\\o/)\nand blue", "", "café"]
        assert pdf.text == "something red (\\o/)\nand blue\n\ncafé"


def test_a_text_belongs_to_the_quarter_where_it_begins(tmp_path: Path) -> None:
    (page,) = PDF(samples._write_pdf(tmp_path / "a.pdf", QUARTERS)).pages
    words = {name: text.strip() for name, text in page.quadrants.items()}
    assert words == dict(zip(QUADRANTS, ("red", "green", "yellow", "blue"), strict=True))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4 and nothing else",
        b"%PDF-1.4\n%%EOF",
        b"%PDF-1.4\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF",
    ],
)
def test_broken_pdfs(content: bytes) -> None:
    assert document_format(content) == "pdf"
    with pytest.raises(BrokenMedia, match="no valid PDF"):
        PDF(content)


def test_a_pdf_without_pages(tmp_path: Path) -> None:
    with pytest.raises(BrokenMedia, match="no pages"):
        PDF(samples.pdf(tmp_path / "none.pdf", []))


@settings(max_examples=depth(30, deep=300))
@given(st.binary(max_size=200))
def test_a_pdf_of_any_bytes_is_read_or_broken(junk: bytes) -> None:
    try:
        pdf = PDF(b"%PDF-1.4\n" + junk)
    except BrokenMedia:
        return
    assert pdf.page_count > 0


@settings(max_examples=depth(30, deep=300))
@given(st.integers(0, 3), st.binary(min_size=1, max_size=3))
def test_a_damaged_pdf_is_read_or_broken(
    tmp_path_factory: pytest.TempPathFactory, part: int, junk: bytes
) -> None:
    whole = samples.pdf(tmp_path_factory.getbasetemp() / "d.pdf", ["one", "two"]).read_bytes()
    at = part * len(whole) // 4 + 9
    try:
        pdf = PDF(whole[:at] + junk + whole[at + len(junk) :])
        assert isinstance(pdf.text, str)
    except BrokenMedia:
        pass


@settings(max_examples=depth(30, deep=300))
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3000))
def test_every_text_is_a_document(text: str) -> None:
    content = text.encode()
    if b"%PDF-" in content[:1024]:
        return
    assert document_format(content) == "text"
    assert read_text(content) == text.removeprefix("\ufeff")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\0b", bytes(range(256)), b"\x80"])
def test_other_files_are_no_documents(content: bytes) -> None:
    with pytest.raises(BrokenMedia, match="neither a PDF nor text"):
        document_format(content)


def test_a_text_that_turns_out_not_to_be_utf_8() -> None:
    content = b"a" * 2000 + b"\xff"
    assert document_format(content) == "text"
    with pytest.raises(BrokenMedia, match="not in UTF-8"):
        read_text(content)


def test_chunks_are_whole_sentences() -> None:
    text = "One. Two! Three?\n\n# Heading\n\nFour. 五。六。"
    sentences = ["One.", "Two!", "Three?", "# Heading", "Four.", "五。", "六。"]
    assert [*chunks(text, 1, 0)] == sentences
    assert [*chunks(text, 3, 0)] == ["One. Two! Three?", "# Heading Four. 五。", "六。"]
    assert [*chunks(text, 3, 1)] == [
        "One. Two! Three?",
        "Three? # Heading Four.",
        "Four. 五。 六。",
    ]
    assert [*chunks("Only one", 5, 4)] == ["Only one"]


@settings(max_examples=depth(30, deep=300))
@given(st.integers(1, 30), st.integers(1, 6), st.data())
def test_chunks_lose_nothing(count: int, most: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, most - 1))
    sentences = [f"Sentence {number}." for number in range(count)]
    made = [
        chunk.replace(". ", ".|").split("|") for chunk in chunks(" ".join(sentences), most, overlap)
    ]
    assert all(len(chunk) <= most for chunk in made)
    assert made[0][0] == sentences[0]
    assert made[-1][-1] == sentences[-1]
    joined = made[0] + [sentence for chunk in made[1:] for sentence in chunk[overlap:]]
    assert joined == sentences
