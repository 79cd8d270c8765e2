"""Documents made on the fly, honest ones and bombs. The bombs are cheap to make: one packed block, repeated."""

import io
import struct
import textwrap
import zipfile
import zlib

import docx
import pypdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages, title="", media_box="0 0 595 842", kids=1, content=None, filters="/FlateDecode", hidden=False):
    """A PDF whose text layer holds `pages`; any letter works, its code being its number in Unicode."""
    letters = sorted({letter for page in pages for letter in page})
    mapping = "\n".join(f"<{ord(letter):04X}> <{ord(letter):04X}>" for letter in letters)
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{len(letters)} beginbfchar\n{mapping}\nendbfchar\n"
        "endcmap end end"
    )
    first_page = 7
    numbers = range(first_page, first_page + 2 * len(pages), 2)
    listed = " ".join(f"{number} 0 R" for number in numbers for _ in range(kids))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages) * kids} /Kids [{listed}] >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Some /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Some /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        b" /Supplement 0 >> /DW 600 >>",
        stream(to_unicode.encode(), ""),
        b"<< /Title <FEFF" + title.encode("utf-16-be").hex().encode() + b"> >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{media_box}] /Resources << /Font << /F 3 0 R >> >>"
            f" /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(stream(content or zlib.compress(_show(page, hidden)), f"/Filter [{filters}]"))
    return _assembled(objects)


def _show(page, hidden):
    lines = [f"<{''.join(f'{ord(letter):04X}' for letter in line)}> Tj 0 -14 Td" for line in page.split("\n")]
    return (f"BT {3 if hidden else 0} Tr /F 12 Tf 50 780 Td\n" + "\n".join(lines) + "\nET").encode()


def stream(data, entries):
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def _assembled(objects):
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


FONT = "DejaVuSerif.ttf"


def picture(*lines, size=(1240, 700), ground=255):
    """A photograph of some lines of text, as large as print at 150 dpi."""
    image = Image.new("L", size, ground)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 28)
    for number, line in enumerate(lines):
        draw.text((100, 100 + 50 * number), line, fill=0, font=font)
    return image


def saved(image, kind, **options):
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def scan(*lines, pages=1):
    """A PDF of pictures, as scanners make them."""
    page = picture(*lines, size=(1240, 1754))
    return saved(page, "PDF", resolution=150, save_all=True, append_images=[page] * (pages - 1))


def zeros(size_bytes):
    """A zlib stream of zeros: a block that ends on a full flush may be repeated."""
    block_bytes = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(block_bytes)) + packer.flush(zlib.Z_FULL_FLUSH)
    count = size_bytes // block_bytes
    adler = (count * block_bytes % 65521) << 16 | 1
    return b"\x78\xda" + block * count + b"\x03\x00" + struct.pack(">I", adler)


def nested_flate_pdf():
    """A few KB that unfold to 3 GB, behind two filters."""
    return pdf("x", content=zlib.compress(zeros(3 << 30), 9), filters="/FlateDecode /FlateDecode")


def flat_flate_pdf():
    return pdf("x", content=zeros(2 << 30))


def written(document):
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def letter():
    """What Word would write: headings, a list, a table, a page break, a title."""
    document = docx.Document()
    document.core_properties.title = "Отчёт"
    document.add_heading("Первая глава", 1)
    document.add_paragraph("До таблицы.")
    table = document.add_table(2, 2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), ("Имя", "Цена", "Чай", "30"), strict=True):
        cell.text = text
    document.add_paragraph("После таблицы.")
    document.add_paragraph("Молоко", style="List Bullet")
    document.add_page_break()
    document.add_heading("Вторая глава", 2)
    document.add_paragraph("Конец.")
    return written(document)


def docx_of(body, *, declarations="", members=()):
    """A DOCX around the given XML."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{declarations}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        )
        for name, data in members:
            archive.writestr(name, data)
    return sink.getvalue()


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def huge_docx(size_bytes, declared_bytes):
    """`size_bytes` of paragraphs; what the archive declares may be a lie."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(f'<w:document xmlns:w="{WORD}"><w:body>'.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    block = (paragraph("x") * 40_000).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    data = head + packed * (size_bytes // len(block)) + b"\x03\x00"
    return zip_of([("word/document.xml", data, declared_bytes)])


def crowded_zip(count):
    return zip_of([("word/document.xml", b"\x03\x00", 0)] + [(f"word/{number}", b"\x03\x00", 0) for number in range(count)])


def zip_of(members):
    """An archive of already packed members (name, packed bytes, declared size)."""
    out, directory = bytearray(), bytearray()
    for name, data, size in members:
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(data), min(size, 0xFFFFFFFE), len(name), 0)
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name.encode()
        out += b"PK\x03\x04" + common + name.encode() + data
    count = len(members) & 0xFFFF
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + end)


def laughs():
    entities = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    return docx_of(paragraph("&l9;"), declarations=f'<!DOCTYPE d [<!ENTITY l0 "lol">{entities}]>')


def ole(stream):
    """The beginning of a file of the old Office, with one stream in its table of contents."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(64)


def noise():
    """A photograph of grass: much to see and nothing to read."""
    return Image.effect_noise((800, 600), 80)


def joined(*documents):
    """One PDF of the pages of several."""
    whole, sink = pypdfium2.PdfDocument.new(), io.BytesIO()
    for data in documents:
        whole.import_pages(pypdfium2.PdfDocument(data))
    whole.save(sink)
    return sink.getvalue()


def scan_with_layer(layer, *lines):
    """A scan with a text layer over it, as programs write it that made a scan searchable, or put their stamp on it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(scan(*lines)))
    words = pypdf.PdfReader(io.BytesIO(pdf("\n".join(textwrap.wrap(layer, 60)), hidden=True))).pages[0]
    writer.pages[0].merge_page(words)
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def form(label, value):
    """A form with one field that is filled in."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(label)))
    field = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/FT"): NameObject("/Tx"), NameObject("/V"): TextStringObject(value),
        NameObject("/Rect"): ArrayObject([NumberObject(number) for number in (50, 600, 300, 620)]),
    })  # fmt: skip
    reference = writer._add_object(field)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def pdf_with_actions(words, command):
    """A PDF that wants to run a script and a program when it is opened."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(words)))
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("this.submitForm('http://127.0.0.1/');")}
    launch = DictionaryObject({
        NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("/bin/sh"),
        NameObject("/Unix"): DictionaryObject({NameObject("/F"): TextStringObject(command)}),
    })  # fmt: skip
    launch[NameObject("/Next")] = DictionaryObject({NameObject(name): value for name, value in script.items()})
    writer.root_object[NameObject("/OpenAction")] = launch
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def encrypted(data, password):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def crowded_pdf(count):
    """A PDF whose table names `count` objects, packed into a few KB."""
    table = zlib.compress(b"\x00\x00\x00\x00" * count, 9)
    entries = f"/Type /XRef /Size {count} /W [1 2 1] /Root 1 0 R /Filter /FlateDecode"
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    return head + b"3 0 obj\n" + stream(table, entries) + f"\nendobj\nstartxref\n{len(head)}\n%%EOF".encode()


def pdf_of_picture(width, height):
    """A PDF whose page is one picture of so many pixels, all of them packed zeros."""
    whole = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("")))
    picture = StreamObject()
    picture._data = zeros(64 << 20)
    entries = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceGray", "/Filter": "/FlateDecode"}
    picture.update({NameObject(name): NameObject(value) for name, value in entries.items()})
    numbers = {"/Width": width, "/Height": height, "/BitsPerComponent": 8}
    picture.update({NameObject(name): NumberObject(value) for name, value in numbers.items()})
    page, shown = whole.pages[0], StreamObject()
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/I"): whole._add_object(picture)})}
    )
    shown._data = b"595 0 0 842 0 0 cm /I Do"
    page[NameObject("/Contents")] = whole._add_object(shown)
    sink = io.BytesIO()
    whole.write(sink)
    return sink.getvalue()
