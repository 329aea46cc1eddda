"""A quiz as QTI 1.2 in the profile of Common Cartridge, which knows choices, true or false, and typed words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import escape

from gateway.html import markdown
from ieum.courses.v1.content_pb2 import Item

_BASE = "$IMS-CC-FILEBASE$/"


def assessment(
    id: str, title: str, items: Iterable[Item], language: str, files: Mapping[str, str]
) -> tuple[str, list[str]]:
    """The XML, and the prompts of questions that the profile has no kind for."""
    made, left = [], []
    for item in items:
        kind = _kind(item)
        if kind:
            made.append(_item(item, kind, language, files))
        else:
            left.append(_text(item.prompt, language))
    return _ASSESSMENT.format(id=escape(id), title=escape(" ".join(title.split())), items="".join(made)), left


def _kind(item: Item) -> str:
    match item.WhichOneof("kind"):
        case "choice" if not item.choice.on_picture:
            return "cc.multiple_response.v0p1" if item.choice.multiple else "cc.multiple_choice.v0p1"
        case "true_false":
            return "cc.true_false.v0p1"
        case "short_text" | "number":
            return "cc.fib.v0p1"
    return ""


def _item(item: Item, kind: str, language: str, files: Mapping[str, str]) -> str:
    response, right = _response(item, language)
    explanation = str(markdown.html(_text(item.explanation, language))) if item.explanation else ""
    feedback = _FEEDBACK.format(material=_material(explanation)) if explanation else ""
    said = _SAID if explanation else ""
    return _ITEM.format(
        id=escape(item.id),
        kind=kind,
        points=item.points or 1,
        prompt=_material(_prompt(item, language, files)),
        response=response,
        said=said,
        right=right,
        feedback=feedback,
    )


def _prompt(item: Item, language: str, files: Mapping[str, str]) -> str:
    words = "<br>".join(str(escape(line)) for line in _text(item.prompt, language).split("\n"))
    name = item.picture.media.get(language) or item.picture.media.get("", "")
    if name not in files:
        return f"<p>{words}</p>"
    alt = escape(_text(item.picture.alt, language))
    return f'<p>{words}</p><p><img src="{_BASE}{escape(files[name])}" alt="{alt}"></p>'


def _response(item: Item, language: str) -> tuple[str, str]:
    """How it is answered, and the condition of a right answer."""
    match item.WhichOneof("kind"):
        case "choice":
            labels = [(option.id, _text(option.text, language)) for option in item.choice.options]
            right = set(item.choice.correct)
            if not item.choice.multiple:
                return _choices("Single", labels), "".join(_equal(id) for id, _ in labels if id in right)
            conditions = (_equal(id) if id in right else f"<not>{_equal(id)}</not>" for id, _ in labels)
            return _choices("Multiple", labels), f"<and>{''.join(conditions)}</and>"
        case "true_false":
            choices = _choices("Single", [("true", "True"), ("false", "False")])
            return choices, _equal("true" if item.true_false.correct else "false")
        case "number":
            return _TYPED, _equal(item.number.value)
    return _TYPED, "".join(_equal(text) for text in item.short_text.accepted)


def _choices(many: str, labels: Iterable[tuple[str, str]]) -> str:
    shown = "".join(
        f'<response_label ident="{escape(id)}"><material><mattext texttype="text/plain">{escape(text)}</mattext>'
        "</material></response_label>"
        for id, text in labels
    )
    return f'<response_lid ident="answer" rcardinality="{many}"><render_choice>{shown}</render_choice></response_lid>'


def _equal(value: str) -> str:
    return f'<varequal respident="answer">{escape(value)}</varequal>'


def _material(markup: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(markup)}</mattext></material>'


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for _, text in sorted(texts.items()) if text), "")


_TYPED = '<response_str ident="answer" rcardinality="Single"><render_fib/></response_str>'
_SAID = """<respcondition continue="Yes"><conditionvar><other/></conditionvar>\
<displayfeedback feedbacktype="Response" linkrefid="general_fb"/></respcondition>"""
_FEEDBACK = '<itemfeedback ident="general_fb"><flow_mat>{material}</flow_mat></itemfeedback>'
_ITEM = """<item ident="{id}"><itemmetadata><qtimetadata>\
<qtimetadatafield><fieldlabel>cc_profile</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield>\
<qtimetadatafield><fieldlabel>cc_weighting</fieldlabel><fieldentry>{points}</fieldentry></qtimetadatafield>\
</qtimetadata></itemmetadata><presentation>{prompt}{response}</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>{said}\
<respcondition continue="No"><conditionvar>{right}</conditionvar><setvar action="Set" varname="SCORE">100</setvar>\
</respcondition></resprocessing>{feedback}</item>
"""
_ASSESSMENT = """<?xml version="1.0" encoding="UTF-8"?>
<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">
<assessment ident="{id}" title="{title}"><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>\
<fieldentry>cc.exam.v0p1</fieldentry></qtimetadatafield></qtimetadata><section ident="root_section">
{items}</section></assessment></questestinterop>
"""
