"""What stands on a paper, in order: one description that the page, the PDF and the Word file all print.

A face is plain JSON. Its `blocks` are `line` (a paragraph), `facts` (label and value), `table` and `people`;
a cell of a table is `{"strong": str, "lines": [str]}`. Texts of people are data here and stay data: no
printer reads them as markup.
"""

import re

from django.utils.timezone import localdate

from documents.models import Form
from documents.wording import COPIES, day_on_paper, words

# What XML cannot hold and no printer should see: control characters but for line feed and tab.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
RECORDS = frozenset({Form.INSPECTION, Form.MEETING, Form.SERVICE, Form.LOOK_BACK})
"""Records of what took place: they are addressed to nobody."""
WITHOUT_RECEIPT = RECORDS | {Form.REFERRAL, Form.SUPERVISION}


def face(document) -> dict:
    """Everything a printer needs of `document`, without looking at the register."""
    content, standing = document.content, words(document)
    office = content.get("office") or document.body
    return clean(
        {
            "form": document.form,
            "office": office,
            "title": standing["title"],
            "number": document.number,
            "to": "" if document.form in RECORDS else addressee(document),
            "blocks": body(document.form, content, standing),
            "notice": content.get("mode_line", ""),
            "day": day_on_paper(localdate(document.issued_at).isoformat()),
            "receipt": document.form not in WITHOUT_RECEIPT,
            "signatures": SIGNATURES.get(document.form, []),
            "copies": COPIES if document.form not in WITHOUT_RECEIPT else "",
            "void": document.is_void,
            "hash": document.content_hash[:16],
        }
    )


def clean(value):
    """The same without characters that cannot be printed."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def addressee(document) -> str:
    content = document.content
    return content.get("department") or content.get("unit", {}).get("name") or document.about


def body(form: str, content: dict, standing: dict) -> list[dict]:
    """The blocks between the number and the signature."""
    blocks = [line(standing["opening"])] if standing["opening"] and form not in RECORDS else []
    blocks += BODIES.get(form, letter)(content)
    blocks += [line(text) for text in standing["closing"]]
    return [block for block in blocks if block] + officers(content, SIGNERS.get(form, "监督检查人员"))


# --- blocks ------------------------------------------------------------------------------------------
def line(text: str) -> dict | None:
    return {"kind": "line", "text": str(text).strip()} if str(text or "").strip() else None


def labelled(label: str, value) -> dict | None:
    return line(f"{label}：{value}") if value else None


def facts(*rows) -> dict | None:
    """A table of label and value; rows without a value are left out."""
    kept = [[label, str(value)] for label, value in rows if value not in (None, "", [])]
    return {"kind": "facts", "rows": kept} if kept else None


def table(head: list[str], widths: list[int], rows: list[list]) -> dict | None:
    """`widths` in millimetres, 0 for what is left; the text block is 156 mm wide."""
    cells = [[cell if isinstance(cell, dict) else plain(cell) for cell in row] for row in rows]
    return {"kind": "table", "head": head, "widths": widths, "rows": cells} if cells else None


def plain(*lines) -> dict:
    return {"strong": "", "lines": [str(text) for text in lines if text not in (None, "")]}


def hazard_cell(item: dict) -> dict:
    """Category in bold, what was seen and where, the number of the case, and what must be done."""
    where = f"（{item['part']}）" if item.get("part") else ""
    lines = [f"{item.get('description', '')}{where}"]
    if item.get("number"):
        lines.append(f"案号：{item['number']}")
    if measure := item.get("measure") or asked_by_law(item):
        lines.append(f"改正要求：{measure}")
    return {"strong": item.get("category", ""), "lines": [text for text in lines if text]}


def asked_by_law(item: dict) -> str:
    """On a notice without words of its own, what must be done is what the article asks."""
    asked = [clause["text"] for clause in item.get("clauses") or () if clause.get("text")]
    return asked[0] if asked and item.get("due_on") else ""


def as_item(value) -> dict:
    """Papers of the first days carry items as mere sentences."""
    return value if isinstance(value, dict) else {"description": str(value)}


def items_of(content: dict) -> list[dict]:
    return [as_item(item) for item in content.get("items") or ()]


def clauses_cell(item: dict) -> dict:
    return plain(*(clause.get("name", "") for clause in item.get("clauses") or ()))


def officers(content: dict, signers: str) -> list[dict]:
    """Who signs, each with the number of the card; assistants stand apart (Order 120, Art. 14)."""
    people = [
        person if isinstance(person, dict) else {"name": person} for person in content.get("officers") or ()
    ]
    team = content.get("team") or ()
    signing = people + [person for person in team if person.get("officer", True)]
    helping = [person for person in team if not person.get("officer", True)]
    return [
        {
            "kind": "people",
            "label": label,
            "people": [{"name": p.get("name", ""), "card": p.get("card", "")} for p in group],
        }
        for label, group in ((signers, signing), ("协助人员", helping))
        if group
    ]


# --- forms -------------------------------------------------------------------------------------------
def letter(content: dict) -> list:
    """What a paper on one case or with plain facts says."""
    case = content.get("case") or {}
    return [
        one_case(content) if case else unit_line(content),
        labelled("理由", content.get("reason")),
        line(content.get("note")),
        hazards(content),
    ]


def unit_line(content: dict) -> dict | None:
    return labelled("地址", content.get("unit", {}).get("address"))


def one_case(content: dict) -> dict | None:
    """The facts of the one case a paper is about."""
    unit, case = content.get("unit", {}), as_item(content.get("case") or {})
    return facts(
        ("单位（场所）", unit.get("name")),
        ("地址", unit.get("address")),
        ("案号", case.get("number")),
        ("隐患类别", case.get("category")),
        ("隐患情况", hazard_text(case)),
        ("依据条款", "\n".join(clause_line(clause) for clause in case.get("clauses") or ())),
    )


def hazard_text(case: dict) -> str:
    where = f"（{case['part']}）" if case.get("part") else ""
    return f"{case.get('description', '')}{where}"


def clause_line(clause: dict) -> str:
    text = f"：{clause['text']}" if clause.get("text") else ""
    return f"{clause.get('name', '')}{text}"


def hazards(content: dict) -> dict | None:
    """Hazards without a date of their own."""
    rows = [[str(n), hazard_cell(item), clauses_cell(item)] for n, item in enumerate(items_of(content), 1)]
    return table(["序号", "火灾隐患", "违反的规定"], [12, 0, 46], rows)


def order(content: dict) -> list:
    """A notice: facts, article and deadline item by item."""
    rows = [
        [str(n), hazard_cell(item), clauses_cell(item), deadline_cell(item)]
        for n, item in enumerate(items_of(content), 1)
    ]
    head = ["序号", "违法行为和火灾隐患", "违反的规定", "改正期限"]
    return [
        unit_line(content),
        table(head, [12, 0, 41, 31], rows),
        labelled("整改期间的防范措施", content.get("interim")),
        labelled("抄送", content.get("copy_to")),
    ]


def deadline_cell(item: dict) -> dict:
    """The deadline, and that of the breach where it has one of its own."""
    breach = day_on_paper(item.get("breach_due_on", ""))
    return plain(day_on_paper(item.get("due_on", "")), breach and f"其中违法行为：{breach}")


def major(content: dict) -> list:
    """A notice on a major hazard: which elements, directly or on the whole, before the items."""
    return [
        facts(
            ("集体讨论日期", day_on_paper(content.get("held_on", ""))),
            ("判定方式", content.get("method")),
            ("判定要素", content.get("clause_words")),
        ),
        *order(content),
    ]


OUTCOMES = {"pass": "已改正", "fail": "未改正", "partly": "部分改正"}
ACCEPTED = {"pass": "检查验收合格。", "fail": "检查验收不合格。"}


def recheck(content: dict) -> list:
    """What a re-inspection saw, item by item, or what an acceptance check found."""
    rows = [[str(n), hazard_cell(item), outcome_cell(item)] for n, item in enumerate(items_of(content), 1)]
    return [
        unit_line(content),
        labelled(stop_paper(content), content.get("suspension")),
        line(ACCEPTED.get(content.get("acceptance"), "")),
        labelled("检查情况", content.get("note")),
        table(["序号", "火灾隐患", "复查意见"], [12, 0, 48], rows),
    ]


def outcome_cell(item: dict) -> dict:
    due = day_on_paper(item.get("due_on", ""))
    which = item.get("sequence")
    number = f"（{item['number']}-{which}）" if which and item.get("number") else ""
    sequence = f"第{which}次复查{number}" if which else ""
    again = f"新的期限：{due}" if due and item.get("outcome") != "pass" else ""
    lines = [sequence, again, item.get("note", "")]
    return {"strong": OUTCOMES.get(item.get("outcome"), ""), "lines": [text for text in lines if text]}


RESULTS = {"ok": "符合", "fail": "不符合", "na": "不涉及", "": "未检查"}


def inspection(content: dict) -> list:
    """The record: kind, unit, time from and to, items with their results, problems, oral corrections."""
    unit = content.get("unit", {})
    refused = "拒绝签名，由检查人员注明" if content.get("refused_signature") else ""
    return [
        facts(
            ("检查形式", content.get("kind_words")),
            ("检查编号", content.get("visit")),
            ("被检查单位（场所）", unit.get("name")),
            ("地址", unit.get("address")),
            ("消防安全责任人", unit.get("responsible")),
            ("现场负责人", content.get("on_site_person")),
            ("检查时间", between(content)),
            ("检查表", content.get("checklist")),
            ("联合检查部门", joint(content)),
        ),
        table(
            ["序号", "检查内容", "检查情况"],
            [12, 0, 26],
            [answer_row(a) for a in content.get("answers") or ()],
        ),
        found(content),
        labelled("备注", content.get("remark")),
        labelled("被检查单位签名情况", refused),
    ]


def joint(content: dict) -> str:
    """The departments that took part, with their people."""
    parties = content.get("joint") or ()
    return "；".join(
        party["department"] + (f"（{'、'.join(party['people'])}）" if party.get("people") else "")
        for party in parties
    )


def between(content: dict) -> str:
    """From when to when; older papers know the day alone."""
    began, ended = content.get("began", ""), content.get("ended", "")
    return f"{began}至{ended}" if began and ended else began or day_on_paper(content.get("on", ""))


def answer_row(answer: dict) -> list:
    return [
        str(answer.get("number", "")),
        answer.get("question", ""),
        RESULTS.get(answer.get("result", ""), ""),
    ]


def found(content: dict) -> dict | None:
    """The problems, each with its article and what became of it; a clean visit says so."""
    findings = [as_item(item) for item in content.get("findings") or ()]
    if not findings:
        return line("检查中未发现火灾隐患。")
    rows = [
        [str(n), hazard_cell(item), clauses_cell(item), handled(item)] for n, item in enumerate(findings, 1)
    ]
    return table(["序号", "发现的问题", "违反的规定", "处理"], [12, 0, 38, 34], rows)


def handled(item: dict) -> str:
    if item.get("corrected_on_site"):
        return "口头责令，当场改正"
    due = day_on_paper(item.get("due_on", ""))
    return f"限{due}前改正" if due else ""


STOPS = {"use": "停止使用", "work": "停止施工"}


def stop_of(content: dict) -> str:
    """What is stopped: 停产停业 unless the decision says otherwise."""
    return STOPS.get(content.get("stop", ""), "停产停业")


def stop_paper(content: dict) -> str:
    return f"{stop_of(content)}决定书"


def suspension(content: dict) -> list:
    return [
        unit_line(content),
        labelled("事实和理由", content.get("reason")),
        hazards(content),
        labelled("本级人民政府决定文号", content.get("government_number")),
        labelled("履行期限", content.get("perform_by") and f"{day_on_paper(content['perform_by'])}前"),
        labelled(f"{stop_of(content)}范围", content.get("scope")),
        labelled("恢复条件", content.get("conditions")),
    ]


def resumption(content: dict) -> list:
    return [
        unit_line(content),
        labelled(stop_paper(content), content.get("suspension")),
        labelled("检查验收意见书", content.get("acceptance")),
        labelled("验收日期", day_on_paper(content.get("accepted_on", ""))),
        labelled("理由", content.get("reason")),
        hazards(content),
    ]


def extension(content: dict) -> list:
    moved = ""
    if content.get("until"):
        moved = (
            f"同意整改期限由{day_on_paper(content.get('from', ''))}延长至{day_on_paper(content['until'])}。"
        )
    refused = line("不同意延长整改期限。") if content.get("decision") == "refused" else None
    return [
        one_case(content),
        line(moved) or refused,
        labelled("申请理由", content.get("reason")),
        labelled("期间防范措施", content.get("interim")),
        labelled("决定意见", content.get("note")),
    ]


def referral(content: dict) -> list:
    return [
        one_case(content),
        labelled("依据", content.get("clause")),
        labelled("移送理由", content.get("reason")),
        labelled("请于下列日期前函复", day_on_paper(content.get("reply_by") or content.get("due_on", ""))),
    ]


LEVELS = {"province": "省级", "city": "市级", "county": "县级", "township": "乡镇级", "state": "国家级"}


def listing(content: dict) -> list:
    """A listing or a delisting: by which document, who leads, what is asked, until when."""
    return [
        one_case(content),
        facts(
            ("挂牌级别", LEVELS.get(content.get("level"), content.get("level"))),
            ("挂牌文号", content.get("paper_number")),
            ("挂牌日期", day_on_paper(content.get("listed_on", ""))),
            ("督办领导", content.get("leader_name")),
            ("督办部门", content.get("responsible_department")),
            ("整改责任人", content.get("responsible")),
            ("督办要求", content.get("requirement")),
            ("整改期限", day_on_paper(content.get("due_on", ""))),
            ("摘牌文号", content.get("delisting_paper")),
            ("整改销案日期", day_on_paper(content.get("closed_on", ""))),
            ("摘牌日期", day_on_paper(content.get("delisted_on", ""))),
        ),
    ]


GRADES = {"major": "认定为重大火灾隐患", "general": "不认定为重大火灾隐患"}


def meeting(content: dict) -> list:
    return [
        one_case(content),
        facts(
            ("讨论日期", day_on_paper(content.get("held_on", ""))),
            ("参加人员", "、".join(content.get("attendees") or ())),
            ("专家论证", panel(content)),
            ("适用条款", content.get("clause_words")),
            ("讨论结果", GRADES.get(content.get("grade"), "")),
            ("结论意见", content.get("conclusion")),
        ),
    ]


def panel(content: dict) -> str:
    """The experts' vote, where a panel was asked (GB 35181-2017, 4.3)."""
    experts = content.get("experts")
    return f"专家{experts}人，{content.get('expert_votes')}人同意" if experts else ""


def seal(content: dict) -> list:
    """A seal, its lifting or the refusal of it: which part, why, from when to when, when it was discussed."""
    until = day_on_paper(content.get("until", ""))
    period = f"{day_on_paper(content.get('from', ''))}至{until}" if until else ""
    return [
        unit_line(content),
        facts(
            ("临时查封决定书", content.get("seal")),
            ("查封部位（场所）", content.get("place")),
            ("查封情形", content.get("circumstance")),
            ("查封期限", period),
            ("集体研究日期", day_on_paper(content.get("held_on", ""))),
            ("集体研究人员", "、".join(content.get("studied_by") or ())),
        ),
        labelled("事实和理由", content.get("reason")),
        hazards(content),
    ]


def supervision(content: dict) -> list:
    return [
        one_case(content),
        labelled("批示", content.get("instruction")),
        facts(
            ("督办领导", content.get("leader_name")),
            ("承办单位", content.get("department")),
            ("督办要求", content.get("requirement")),
            ("办理期限", day_on_paper(content.get("due_on", ""))),
        ),
    ]


def reversal(content: dict) -> list:
    return [
        unit_line(content),
        hazards(content),
        facts(
            ("原销号日期", day_on_paper(content.get("closed_on", ""))),
            ("整改期限", "；".join(day_on_paper(item.get("due_on", "")) for item in items_of(content))),
        ),
        labelled("反销号理由", content.get("reason")),
    ]


HELD = {"holds": "整改成果保持，未反弹", "relapse": "隐患反弹，重新立案整改"}


def look_back(content: dict) -> list:
    """A second look after closing (回头看): at which hazard, when, what was found."""
    return [
        one_case(content),
        facts(
            ("检查日期", day_on_paper(content.get("held_on", ""))),
            ("销号日期", day_on_paper(content.get("closed_on", ""))),
            ("检查结果", HELD.get(content.get("outcome"), "")),
            ("检查情况", content.get("note")),
        ),
    ]


def performing(content: dict) -> list:
    """What was not obeyed, as a demand and a decision on compulsory execution name it."""
    stopped = stop_of(content)
    return [
        (stop_paper(content), content.get("suspension")),
        ("决定书送达日期", day_on_paper(content.get("suspension_served_on", ""))),
        (f"{stopped}履行期限届满日期", day_on_paper(content.get("period_ended_on", ""))),
        ("发现未履行日期", day_on_paper(content.get("found_on", ""))),
        ("未履行情况", content.get("found_words")),
    ]


def demand(content: dict) -> list:
    """A demand: what was not obeyed, how and within how many days to obey (Administrative Compulsion Law, Art. 35)."""
    days = content.get("perform_days")
    return [
        unit_line(content),
        facts(
            *performing(content),
            ("履行方式", f"自行{stop_of(content)}"),
            ("履行期限", f"自收到本催告书之日起{days}日内" if days else ""),
        ),
    ]


def enforcement(content: dict) -> list:
    """A decision on compulsory execution: why, by what right, how and when (Administrative Compulsion Law, Art. 37)."""
    return [
        unit_line(content),
        facts(
            *performing(content),
            ("催告书", content.get("demand")),
            ("催告书送达日期", day_on_paper(content.get("demand_served_on", ""))),
            ("催告履行期限届满日期", day_on_paper(content.get("demand_ended_on", ""))),
            ("陈述申辩", "\n".join(plea_line(plea) for plea in content.get("pleas") or ()) or "未提出"),
            ("复核意见", content.get("view")),
            ("强制执行方式", content.get("way")),
            ("强制执行时间", day_on_paper(content.get("execute_on", ""))),
        ),
        labelled("理由", content.get("reason")),
    ]


def plea_line(plea: dict) -> str:
    return f"{day_on_paper(plea.get('on', ''))}{plea.get('by', '')}：{plea.get('words', '')}"


WAYS = {
    "direct": "直接送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "notice": "公告送达",
    "proxy": "委托送达",
    "electronic": "电子送达",
}


RELATIONS = {
    "head": "法定代表人或者主要负责人",
    "staff": "负责收件的工作人员",
    "family": "同住成年家属",
    "agent": "委托代理人",
    "other": "其他",
}


def service(content: dict) -> list:
    refused = (
        f"受送达人拒收，见证人：{'、'.join(content.get('witnesses') or ())}" if content.get("refused") else ""
    )
    return [
        facts(
            ("受送达人", content.get("recipient") or content.get("unit", {}).get("name")),
            ("送达文书名称", content.get("served_title")),
            ("送达文书文号", content.get("served_number")),
            ("送达地点", content.get("place")),
            ("送达方式", WAYS.get(content.get("way"), content.get("way"))),
            ("送达时间", content.get("served_at") or day_on_paper(content.get("served_on", ""))),
            ("收件人", content.get("received_by")),
            ("与受送达人关系", RELATIONS.get(content.get("relation"), content.get("relation"))),
            ("拒收情况", refused),
            ("拒收事由", content.get("refusal_reason")),
            ("备注", content.get("note")),
        )
    ]


BODIES = {
    Form.INSPECTION: inspection,
    Form.CORRECT_NOW: order,
    Form.CORRECT_BY: order,
    Form.ADVICE: order,
    Form.MAJOR: major,
    Form.RECHECK: recheck,
    Form.SUSPENSION: suspension,
    Form.RESUMPTION: resumption,
    Form.RESUMPTION_REFUSED: resumption,
    Form.REFERRAL: referral,
    Form.EXTENSION: extension,
    Form.LISTING: listing,
    Form.DELISTING: listing,
    Form.REVERSAL: reversal,
    Form.MEETING: meeting,
    Form.SEAL: seal,
    Form.UNSEAL: seal,
    Form.UNSEAL_REFUSED: seal,
    Form.SUPERVISION: supervision,
    Form.SERVICE: service,
    Form.DEMAND: demand,
    Form.ENFORCEMENT: enforcement,
    Form.LOOK_BACK: look_back,
}

SIGNERS = {Form.SERVICE: "送达人"}
"""What those who sign are called, where they did not inspect."""

SIGNATURES = {
    Form.INSPECTION: ["监督检查人员（签名）", "被检查单位（场所）负责人（签名）"],
    Form.LOOK_BACK: ["监督检查人员（签名）", "被检查单位（场所）负责人（签名）"],
    Form.MEETING: ["主持人（签名）", "记录人（签名）"],
    Form.SERVICE: ["受送达人（签名或者盖章）", "送达人（签名）"],
    Form.REFERRAL: ["接收部门签收"],
    Form.SUPERVISION: ["承办单位签收"],
}


def texts(value) -> str:
    """Every text on a face in one string."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return ""
    return "".join(texts(inner) for inner in value)
