"""Archives of XML as office programs and book makers write them, each with no more than a reader needs."""

import io
import zipfile
from html import escape

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDES = " ".join(
    f'xmlns:{letter}="http://schemas.openxmlformats.org/{name}/2006/main"'
    for letter, name in (("p", "presentationml"), ("a", "drawingml"))
)
OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "manifest", "draw")
)


def zipped(members):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def relations(**targets):
    """id -> (type, target)"""
    rows = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{to}"/>' for key, (kind, to) in targets.items())
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def xlsx(sheets, *, texts=(), styles="", book="", members=()):
    """`sheets`: name -> the XML of its rows."""
    names = list(sheets)
    tabs = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names))
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}">{book}<sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(**{f"r{n}": ("worksheet", f"worksheets/s{n}.xml") for n in range(len(names))}),
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}">{styles}</styleSheet>',
    }
    for number, rows in enumerate(sheets.values()):
        parts[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped(parts | dict(members))


def shape(*lines, role=""):
    """A box of a slide; `role` is that of its placeholder."""
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>' if role else ""
    body = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f"<p:sp>{place}<p:txBody>{body}</p:txBody></p:sp>"


def pptx(*slides, notes=None, members=()):
    """Slides from the XML of their shapes; `notes`: number of a slide -> the XML of its notes. Files are numbered backwards."""
    count = len(slides)
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(count))
    parts = {
        "ppt/presentation.xml": f'<p:presentation {SLIDES} xmlns:r="{OFFICE}"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(**{f"r{n}": ("slide", f"slides/s{count - n}.xml") for n in range(count)}),
    }
    for number, slide in enumerate(slides):
        parts[f"ppt/slides/s{count - number}.xml"] = f"<p:sld {SLIDES}><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>"
    for number, words in (notes or {}).items():
        parts[f"ppt/slides/_rels/s{count - number}.xml.rels"] = relations(n=("notesSlide", f"../notes/n{number}.xml"))
        parts[f"ppt/notes/n{number}.xml"] = f"<p:notes {SLIDES}><p:cSld><p:spTree>{words}</p:spTree></p:cSld></p:notes>"
    return zipped(parts | dict(members))


def open_document(body, *, kind="text", styles="", manifest="", members=()):
    """An ODT, ODS or ODP around the XML of its body."""
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {OPEN}><office:body>{body}</office:body></office:document-content>",
        "styles.xml": f"<office:document-styles {OPEN}>{styles}</office:document-styles>",
        "META-INF/manifest.xml": f"<manifest:manifest {OPEN}>{manifest}</manifest:manifest>",
    }
    return zipped(parts | dict(members))


def epub(chapters, *, title="", members=()):
    """A book of chapters: file name -> the HTML inside its body, in reading order."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(sorted(chapters))
    )
    order = "".join(f'<itemref idref="c{sorted(chapters).index(name)}"/>' for name in chapters)
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="book/all.opf"/></rootfiles></container>',
        "book/all.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>{title}</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{order}</spine></package>",
    }
    for name, body in chapters.items():
        page = f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
        parts[f"book/{name}"] = page
    return zipped(parts | dict(members))
