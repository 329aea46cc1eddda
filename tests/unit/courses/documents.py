"""Small documents as Word, PowerPoint and Hangul write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pptx
from PIL import Image
from pptx.util import Inches


def png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (6, 4), "red").save(stream, "PNG")
    return stream.getvalue()


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Default Extension="emf" ContentType="image/x-emf"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""


def heading(level: int, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{level}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def drawing(relation: str, described: str) -> str:
    return f"""<w:p><w:r><w:drawing><wp:inline
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:r="{_OFFICE}">
<wp:docPr id="1" name="x" descr="{described}"/><a:graphic><a:graphicData><pic:pic><pic:blipFill>
<a:blip r:embed="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>
</w:p>"""


def word(*body: str, extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """The Korean version names the styles of headings "제목 1" and so on."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{level}"><w:name w:val="제목 {level}"/></w:style>' for level in (1, 2)
    )
    media = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/image" Target="media/{name}.{ending}"/>'
        for name, ending in (("seen", "png"), ("unseen", "emf"))
    )
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="d" Type="{_OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{media}<Relationship Id="s" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {_W}><w:body>{''.join(body)}</w:body></w:document>",
            "word/media/seen.png": png(),
            "word/media/unseen.emf": b"\x01\x00\x00\x00",
            **(extra or {}),
        }
    )


def presentation() -> bytes:
    slides = pptx.Presentation()
    first = slides.slides.add_slide(slides.slide_layouts[0])
    first.shapes.title.text = "키오스크 쓰기"
    second = slides.slides.add_slide(slides.slide_layouts[1])
    second.shapes.title.text = "주문하기"
    second.placeholders[1].text = "*메뉴*를 누르세요\n확인을 누르세요"
    picture = second.shapes.add_picture(io.BytesIO(png()), Inches(1), Inches(5))
    picture._element.nvPicPr.cNvPr.set("descr", "빨간 단추")
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(6), Inches(2), Inches(1)).text_frame.text = "묶음 안의 글"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(7), Inches(4), Inches(1)).table
    for number, text in enumerate(("이름", "값", "a|b", "3")):
        table.cell(number // 2, number % 2).text = text
    second.notes_slide.notes_text_frame.text = "강사만 보는 글"
    stream = io.BytesIO()
    slides.save(stream)
    return stream.getvalue()


_HP = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hc="http://www.hancom.co.kr/hwpml/2011/core"'


def hangul(*paragraphs: str) -> bytes:
    styles = "".join(f'<hh:style id="{id}" name="{name}"/>' for id, name in enumerate(("바탕글", "개요 1", "개요 2")))
    return packed(
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:manifest>'
            '<opf:item id="image1" href="BinData/image1.png"/></opf:manifest></opf:package>',
            "Contents/header.xml": '<hh:head xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head"><hh:styles>'
            f"{styles}</hh:styles></hh:head>",
            "Contents/section0.xml": f"<hs:sec xmlns:hs='http://www.hancom.co.kr/hwpml/2011/section' {_HP}>"
            f"{''.join(paragraphs)}</hs:sec>",
            "BinData/image1.png": png(),
        }
    )


def hangul_paragraph(text: str, style: int = 0, objects: str = "") -> str:
    return f'<hp:p styleIDRef="{style}"><hp:run><hp:t>{text}</hp:t>{objects}</hp:run></hp:p>'


def hangul_table(*rows: tuple[str, ...]) -> str:
    cells = "".join(
        f"<hp:tr>{''.join(f'<hp:tc><hp:subList>{hangul_paragraph(text)}</hp:subList></hp:tc>' for text in row)}</hp:tr>"
        for row in rows
    )
    return f"<hp:tbl>{cells}</hp:tbl>"


HANGUL_PICTURE = (
    '<hp:pic><hc:img binaryItemIDRef="image1"/><hp:shapeComment>그림입니다. 원본 그림의 이름: a.png'
    "</hp:shapeComment></hp:pic>"
)
