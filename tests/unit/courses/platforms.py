"""Small packages as learning platforms write them."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import tarfile
from collections.abc import Mapping

from tests.unit.courses.documents import packed, png

Parts = dict[str, str | bytes]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def tarred(parts: Mapping[str, str | bytes], prefix: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as package:
        for name, content in parts.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(prefix + name)
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), mtime=0)


def element(name: str, text: str) -> str:
    return f"<{name}>{html.escape(text)}</{name}>"


def activity(kind: str, number: int, name: str, intro: str = "", inside: str = "") -> Parts:
    """Its context is 100 and its number."""
    return {
        f"activities/{kind}_{number}/{kind}.xml": f'<activity id="{number}" moduleid="{number}" modulename="{kind}" '
        f'contextid="{100 + number}"><{kind} id="{number}">{element("name", name)}{element("intro", intro)}'
        f"{inside}</{kind}></activity>"
    }


BANK = """<question_categories><question_category id="1"><question_bank_entries>
<question_bank_entry id="7"><question_version>
<question_versions id="1"><version>1</version><questions><question id="70"><name>옛 판</name></question></questions>
</question_versions>
<question_versions id="2"><version>2</version><questions><question id="71"><name>수도</name>
<questiontext>&lt;p&gt;수도는? &lt;img src="@@PLUGINFILE@@/q.png" alt="지도"&gt;&lt;/p&gt;</questiontext>
<questiontextformat>1</questiontextformat><generalfeedback></generalfeedback><defaultmark>2.0</defaultmark>
<qtype>multichoice</qtype><plugin_qtype_multichoice_question><answers>
<answer id="1"><answertext>서울</answertext><answerformat>1</answerformat><fraction>1.0</fraction>
<feedback>맞아요</feedback></answer>
<answer id="2"><answertext>부산</answertext><answerformat>1</answerformat><fraction>0.0</fraction><feedback></feedback>
</answer></answers><multichoice id="1"><single>1</single></multichoice></plugin_qtype_multichoice_question>
</question></questions></question_versions></question_version></question_bank_entry></question_bank_entries>
<questions><question id="8"><name>참</name><questiontext>바다는 넓다.</questiontext>
<questiontextformat>2</questiontextformat>
<defaultmark>1</defaultmark><qtype>truefalse</qtype><plugin_qtype_truefalse_question><answers>
<answer id="3"><answertext>참</answertext><fraction>1</fraction></answer>
<answer id="4"><answertext>거짓</answertext><fraction>0</fraction></answer></answers>
<truefalse id="1"><trueanswer>3</trueanswer><falseanswer>4</falseanswer></truefalse>
</plugin_qtype_truefalse_question></question></questions></question_category></question_categories>"""


def file_row(data: bytes, context: int, component: str, area: str, name: str, item: int = 0) -> str:
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return (
        f"<file><contenthash>{digest}</contenthash><contextid>{context}</contextid><component>{component}</component>"
        f"<filearea>{area}</filearea><itemid>{item}</itemid><filepath>/</filepath><filename>{name}</filename></file>"
    )


def blob(data: bytes) -> Parts:
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return {f"files/{digest[:2]}/{digest}": data}


_INSTANCES = """<question_instances>
<question_instance id="1"><slot>1</slot><question_reference><questionbankentryid>7</questionbankentryid>
</question_reference></question_instance>
<question_instance id="2"><slot>2</slot><questionid>8</questionid></question_instance>
<question_instance id="3"><slot>3</slot><question_set_reference></question_set_reference></question_instance>
</question_instances>"""
_CHAPTERS = """<chapters><chapter id="2"><pagenum>2</pagenum><title>둘째 장</title>
<content>&lt;p&gt;끝&lt;/p&gt;</content></chapter><chapter id="1"><pagenum>1</pagenum><title>첫째 장</title>
<content>&lt;p&gt;처음&lt;/p&gt;</content></chapter></chapters>"""
_BRANCHES = """<pages><page id="5"><prevpageid>4</prevpageid><qtype>3</qtype><title>물음</title>
<contents>무엇?</contents></page><page id="4"><prevpageid>0</prevpageid><qtype>20</qtype><title>읽기</title>
<contents>글</contents></page></pages>"""


def moodle_backup(*, people: bool = False) -> Parts:
    page = (
        '<h1>누르기</h1><p>단추를 <b>누르세요</b>.</p><img src="@@PLUGINFILE@@/%EB%8B%A8%EC%B6%94.png" alt="단추">'
        '<iframe src="https://video.example/1"></iframe><script>alert(1)</script>'
    )
    activities = {
        **activity("page", 1, "첫 쪽", "", element("content", page)),
        **activity("label", 2, "글", "<p>사이 글</p>"),
        **activity("book", 3, "책", "", _CHAPTERS),
        **activity("url", 4, "누리집", "", element("externalurl", "https://example.org/?a=1&b=2")),
        **activity("resource", 5, "안내문"),
        **activity("quiz", 6, "퀴즈", "", _INSTANCES),
        **activity("forum", 7, "자기소개", "<p>인사해요</p>"),
        **activity("scorm", 8, "꾸러미"),
        **activity("lesson", 10, "갈래", "", _BRANCHES),
    }
    kinds = [name.split("/")[1] for name in activities]
    listed = "".join(
        f"<activity><moduleid>{each.split('_')[1]}</moduleid><modulename>{each.split('_')[0]}</modulename>"
        f"<title>{each}</title><directory>activities/{each}</directory></activity>"
        for each in [*kinds, "page_9"]
    )
    setting = f"<setting><name>users</name><value>{int(people)}</value></setting>"
    return {
        "moodle_backup.xml": "<moodle_backup><information><original_course_fullname>휴대전화</original_course_fullname>"
        f"<contents><activities>{listed}</activities><sections><section><sectionid>1</sectionid><title>1</title>"
        "<directory>sections/section_1</directory></section></sections></contents>"
        f"<settings>{setting}<setting><activity>page_1</activity></setting></settings></information></moodle_backup>",
        "course/course.xml": '<course id="1"><fullname>휴대전화 기초</fullname>'
        "<summary>&lt;p&gt;함께 배워요&lt;/p&gt;</summary></course>",
        "sections/section_1/section.xml": '<section id="5"><number>1</number><name>첫 주</name>'
        "<summary>&lt;p&gt;여는 글&lt;/p&gt;</summary><sequence>1,2,3,4,5,6,7,8,9,10</sequence></section>",
        **activities,
        "questions.xml": BANK,
        "files.xml": "<files>"
        + file_row(png(), 101, "mod_page", "content", "단추.png")
        + file_row(PDF, 105, "mod_resource", "content", "안내.pdf")
        + file_row(png(), 1, "question", "questiontext", "q.png", 71)
        + file_row(b"", 101, "mod_page", "content", ".")
        + "</files>",
        **blob(png()),
        **blob(PDF),
        **({"users.xml": "<users><user><email>a@b.kr</email></user></users>"} if people else {}),
    }


def qti_item(kind: str, prompt: str, response: str, right: str, feedback: str = "") -> str:
    said = (
        f'<itemfeedback ident="general_fb"><flow_mat>{material(feedback)}</flow_mat></itemfeedback>' if feedback else ""
    )
    return f"""<item ident="i" title=""><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
<fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation>{material(prompt)}{response}</presentation><resprocessing><outcomes/>
<respcondition><conditionvar><other/></conditionvar><displayfeedback linkrefid="general_fb"/></respcondition>
<respcondition><conditionvar>{right}</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>
</resprocessing>{said}</item>"""


def material(text: str) -> str:
    return f'<material><mattext texttype="text/html">{html.escape(text)}</mattext></material>'


def choices(many: str, **labels: str) -> str:
    shown = "".join(f'<response_label ident="{key}">{material(text)}</response_label>' for key, text in labels.items())
    return f'<response_lid ident="r" rcardinality="{many}"><render_choice>{shown}</render_choice></response_lid>'


def equal(value: str) -> str:
    return f'<varequal respident="r">{value}</varequal>'


_TYPED = '<response_str ident="r"><render_fib/></response_str>'
QTI = f"""<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment title="퀴즈"><section>
{
    qti_item(
        "cc.multiple_choice.v0p1",
        '수도는? <img src="$IMS-CC-FILEBASE$/q.png" alt="지도">',
        choices("Single", a="서울", b="부산"),
        equal("a"),
        "서울이에요",
    )
}
<section>{
    qti_item(
        "cc.multiple_response.v0p1",
        "고르세요",
        choices("Multiple", a="가", b="나", c="다"),
        f"<and>{equal('a')}{equal('b')}<not>{equal('c')}</not></and>",
    )
}</section>
{qti_item("cc.true_false.v0p1", "바다는 넓다", choices("Single", t="True", f="False"), equal("t"))}
{qti_item("cc.fib.v0p1", "무엇?", _TYPED, equal("이음") + equal("Ieum"))}
{qti_item("cc.essay.v0p1", "쓰세요", _TYPED, "<other/>")}
</section></assessment></questestinterop>"""
QTI2 = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q" title="차례">
<responseDeclaration identifier="R" cardinality="ordered" baseType="identifier"><correctResponse><value>b</value>
<value>a</value></correctResponse></responseDeclaration><itemBody><p>차례대로</p>
<orderInteraction responseIdentifier="R"><prompt>놓으세요</prompt><simpleChoice identifier="a">둘</simpleChoice>
<simpleChoice identifier="b">하나</simpleChoice></orderInteraction></itemBody></assessmentItem>"""
QTI3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q" title="t">
<qti-response-declaration identifier="R" cardinality="single" base-type="string"><qti-correct-response>
<qti-value>이음</qti-value></qti-correct-response></qti-response-declaration><qti-item-body><p>우리는
<qti-text-entry-interaction response-identifier="R"/>입니다</p></qti-item-body></qti-assessment-item>"""


def manifest(items: str, resources: str, schema: str = "IMS Common Cartridge") -> str:
    return f"""<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
 xmlns:lom="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"><metadata><schema>{schema}</schema>
<schemaversion>1.3.0</schemaversion><lom:lom><lom:general><lom:title><lom:string>휴대전화</lom:string></lom:title>
</lom:general></lom:lom></metadata><organizations><organization><item identifier="root">{items}</item></organization>
</organizations><resources>{resources}</resources></manifest>"""


def item(title: str, resource: str = "", inside: str = "") -> str:
    reference = f' identifierref="{resource}"' if resource else ""
    return f'<item identifier="{title}"{reference}><title>{title}</title>{inside}</item>'


def resource(id: str, kind: str, path: str, base: str = "") -> str:
    return f'<resource identifier="{id}" type="{kind}" href="{path}"{base}><file href="{path}"/></resource>'


def cartridge() -> Parts:
    items = item(
        "첫 주",
        "",
        item("첫 쪽", "page")
        + item("누리집", "link")
        + item("안내", "file")
        + item("퀴즈", "quiz")
        + item("토론", "topic")
        + item("없음", "lost"),
    )
    resources = (
        resource("page", "webcontent", "page.html", ' xml:base="wiki/"')
        + resource("link", "imswl_xmlv1p3", "link.xml")
        + resource("file", "webcontent", "web_resources/안내.pdf")
        + resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "quiz.xml")
        + resource("topic", "imsdt_xmlv1p3", "topic.xml")
        + resource("lost", "webcontent", "lost.html")
        + resource("more", "webcontent", "wiki/more.html")
    )
    page = '<html><body><h2>누르기</h2><p><img src="$IMS-CC-FILEBASE$/a%20b.png?x=1" alt="단추"></p></body></html>'
    return {
        "imsmanifest.xml": manifest(items, resources),
        "wiki/page.html": page.encode("cp949"),
        "web_resources/a b.png": png(),
        "web_resources/q.png": png(),
        "web_resources/안내.pdf": PDF,
        "web_resources/남음.pdf": PDF,
        "wiki/more.html": "<html><head><title>더 읽기</title></head><body><p>끝</p></body></html>",
        "course_settings/files_meta.xml": "<a/>",
        "link.xml": '<webLink xmlns="x"><title>누리집</title><url href="https://example.org/"/></webLink>',
        "topic.xml": '<topic><title>토론</title><text texttype="text/html">&lt;p&gt;인사해요&lt;/p&gt;</text></topic>',
        "quiz.xml": QTI,
    }


def items_package() -> Parts:
    resources = resource("a", "imsqti_item_xmlv2p1", "a.xml") + resource("b", "imsqti_item_xmlv3p0", "b.xml")
    test = resource("t", "imsqti_test_xmlv2p1", "test.xml")
    whole = manifest("", resources + test, "QTIv2.1 Package").replace('<item identifier="root"></item>', "")
    refs = '<assessmentItemRef href="b.xml"/><assessmentItemRef href="a.xml"/><assessmentItemRef href="c.xml"/>'
    return {
        "set/imsmanifest.xml": whole,
        "set/a.xml": QTI2,
        "set/b.xml": QTI3,
        "set/test.xml": f"<assessmentTest>{refs}</assessmentTest>",
    }


__all__ = ["PDF", "cartridge", "items_package", "moodle_backup", "packed", "tarred"]
