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
        f"<settings>{setting}</settings></information></moodle_backup>",
        "course/course.xml": '<course id="1"><fullname>휴대전화 기초</fullname>'
        "<summary>&lt;p&gt;함께 배워요&lt;/p&gt;</summary></course>",
        "sections/section_1/section.xml": '<section id="5"><number>1</number><name>첫 주</name>'
        "<summary>&lt;p&gt;여는 글&lt;/p&gt;</summary><sequence>1,2,3,4,5,6,7,8,9</sequence></section>",
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


__all__ = ["PDF", "moodle_backup", "packed", "tarred"]
