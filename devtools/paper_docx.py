"""Write documents/word/paper.docx, the Word template of all forms; for maintainers.

    python devtools/paper_docx.py

The template walks through the blocks of a face (documents/face.py). Change it here or in Word itself; a county
puts its own beside (PAPER_TEMPLATE_DIR): paper.docx for all forms, correct_by.docx for one.
"""

from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TARGET = Path(__file__).resolve().parent.parent / "documents" / "word" / "paper.docx"
BODY, HEADING = "仿宋", "宋体"


def set_fonts(style_or_run, name: str) -> None:
    """The same family for Latin and Chinese; Word takes its own substitute where it is absent."""
    style_or_run.font.name = "Times New Roman"
    fonts = style_or_run.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)


def paragraph(where, text: str = "", *, size=14, bold=False, align=None, indent=False, font=BODY, color=None):
    made = where.add_paragraph()
    if text:
        run = made.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        set_fonts(run, font)
        if color:
            run.font.color.rgb = RGBColor(*color)
    if align is not None:
        made.alignment = align
    shape = made.paragraph_format
    shape.space_after = shape.space_before = Pt(0)
    shape.line_spacing = 1.35
    if indent:
        shape.first_line_indent = Pt(2 * size)
    return made


def field(run, code: str) -> None:
    """A field that Word fills in, such as PAGE."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def fill(cell, text: str, *, size=11, bold=False, align=None) -> None:
    """Put one text into an empty cell."""
    first = cell.paragraphs[0]
    run = first.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    set_fonts(run, BODY)
    if align is not None:
        first.alignment = align


def grid(document, rows: int, columns: int, widths):
    made = document.add_table(rows=rows, cols=columns)
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row in made.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return made


def facts_table(document) -> None:
    made = grid(document, 3, 2, (36, 120))
    fill(made.cell(0, 0), "{%tr for row in b.rows %}")
    fill(made.cell(1, 0), "{{ row[0] }}", align=WD_ALIGN_PARAGRAPH.CENTER)
    fill(made.cell(1, 1), "{{ row[1] }}")
    fill(made.cell(2, 0), "{%tr endfor %}")


def hazard_table(document, columns: int, widths) -> None:
    """A table of a fixed number of columns; its head repeats on every page."""
    made = grid(document, 4, columns, widths)
    repeat = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(repeat)
    for n in range(columns):
        fill(made.cell(0, n), f"{{{{ b.head[{n}] }}}}", bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
        cell = made.cell(2, n)
        fill(cell, f"{{%p if row[{n}].strong %}}")
        for text, bold in (
            (f"{{{{ row[{n}].strong }}}}", True),
            ("{%p endif %}", False),
            (f"{{%p for text in row[{n}].lines %}}", False),
            ("{{ text }}", False),
            ("{%p endfor %}", False),
        ):
            paragraph(cell, text, size=11, bold=bold)
        # Word wants a paragraph at the end of every cell, also of an empty one.
        paragraph(cell, "").paragraph_format.line_spacing = Pt(1)
    fill(made.cell(1, 0), "{%tr for row in b.rows %}")
    fill(made.cell(3, 0), "{%tr endfor %}")


def header_and_footer(section) -> None:
    header, footer = section.header, section.footer
    top = header.paragraphs[0]
    top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    mark = top.add_run("{% if void %}作　废　　{% endif %}")
    mark.font.size, mark.bold, mark.font.color.rgb = Pt(28), True, RGBColor(200, 0, 0)
    set_fonts(mark, HEADING)
    number = top.add_run("{{ number }}")
    number.font.size = Pt(9)
    set_fonts(number, BODY)
    bottom = footer.paragraphs[0]
    bottom.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, code in (("第 ", ""), ("", "PAGE"), (" 页　共 ", ""), ("", "NUMPAGES"), (" 页", "")):
        run = bottom.add_run(text)
        run.font.size = Pt(10)
        set_fonts(run, BODY)
        if code:
            field(run, code)


def page(document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(20)
    set_fonts(document.styles["Normal"], BODY)
    header_and_footer(section)


def main(target: Path = TARGET) -> None:
    document = Document()
    page(document)
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    paragraph(document, "{{ code }}", align=right)
    paragraph(document, "{{ office }}", size=20, bold=True, align=centre, font=HEADING)
    paragraph(document, "{{ title }}", size=22, bold=True, align=centre, font=HEADING)
    paragraph(document, "{{ number }}", align=centre)
    paragraph(document, "{%p if to %}")
    paragraph(document, "{{ to }}：")
    paragraph(document, "{%p endif %}")
    paragraph(document, "{%p for b in blocks %}")
    paragraph(document, "{%p if b.kind == 'line' %}")
    paragraph(document, "{{ b.text }}", indent=True)
    paragraph(document, "{%p elif b.kind == 'people' %}")
    paragraph(
        document,
        "{{ b.label }}：{% for one in b.people %}{{ one.name }}"
        "{% if one.card %}（证号：{{ one.card }}）{% endif %}　{% endfor %}",
    )
    paragraph(document, "{%p elif b.kind == 'facts' %}")
    facts_table(document)
    paragraph(document, "{%p elif b.widths|length == 3 %}")
    hazard_table(document, 3, (12, 98, 46))
    paragraph(document, "{%p else %}")
    hazard_table(document, 4, (12, 74, 38, 32))
    paragraph(document, "{%p endif %}")
    paragraph(document, "{%p endfor %}")
    paragraph(document, "{%p for name in signatures %}")
    paragraph(document, "{{ name }}：　　　　　　　　　　　　年　　月　　日", size=12)
    paragraph(document, "{%p endfor %}")
    paragraph(document, "")
    paragraph(document, "{{ office }}", align=right)
    paragraph(document, "{{ day }}", align=right)
    paragraph(document, "（印　章）", size=9, align=right, color=(120, 120, 120))
    paragraph(document, "{%p if receipt %}")
    paragraph(document, "送达人（签名）：　　　　　　　　送达方式：　　　　　　送达时间：", size=11)
    paragraph(document, "受送达人（签名或者盖章）：　　　　　　　　　　签收时间：", size=11)
    paragraph(document, "{%p endif %}")
    for name in ("notice", "copies"):
        paragraph(document, f"{{%p if {name} %}}")
        paragraph(document, f"{{{{ {name} }}}}", size=9)
        paragraph(document, "{%p endif %}")
    document.save(target)


if __name__ == "__main__":
    main()
