"""One paper of every form, with all that the form must carry (domain notes on the specimens of 2009)."""

from documents.services import issue, void
from documents.wording import NO_LEGAL_DOCUMENT, frozen
from tests.factories import at

CLAUSES = [{"name": "《消防法》第二十八条", "text": "不得占用、堵塞、封闭疏散通道、安全出口、消防车通道"}]
EXIT = {
    "number": "131121-2026-000001",
    "category": "疏散通道、安全出口被占用、堵塞",
    "description": "二层东侧安全出口上锁，钥匙由值班人员随身携带",
    "part": "二层东侧",
    "clauses": CLAUSES,
    "measure": "立即拆除门锁，保持安全出口畅通",
}
LODGING = dict(
    EXIT,
    number="131121-2026-000002",
    category="生产车间内违规住人",
    description="裁断车间北侧隔出两间，住四人，未设防火分隔",
    part="一层北侧",
    measure="将住宿人员全部搬离",
)
UNIT = {
    "number": "131121-000123",
    "name": "枣强县兴旺皮革制品有限公司",
    "address": "大营镇工业街16号",
    "responsible": "李春明",
}
OFFICERS = [{"name": "周安", "card": "冀消监〔2023〕0111"}, {"name": "吴平", "card": "冀消监〔2023〕0112"}]
BASE = {"office": "枣强县消防救援大队", "unit": UNIT, "on": "2026-03-10", "by": "周安"}
CONTENT = {
    "inspection": {
        "kind_words": "监督抽查",
        "visit": "131121-J2026-000001",
        "began": "2026年3月10日9时05分",
        "ended": "2026年3月10日10时40分",
        "on_site_person": "王东升",
        "checklist": "人员密集场所检查表",
        "team": [dict(o, officer=True) for o in OFFICERS]
        + [{"name": "孙文员", "card": "", "officer": False}],
        "answers": [
            {"number": n, "question": q, "result": r}
            for n, q, r in [
                (1, "是否明确责任人、制定制度？", "ok"),
                (2, "疏散通道、安全出口是否畅通？", "fail"),
                (3, "自动消防设施是否完好有效？", "na"),
            ]
        ],
        "findings": [dict(EXIT, due_on="2026-03-13"), dict(LODGING, corrected_on_site=True)],
        "refused_signature": True,
    },
    "correct_now": {"items": [dict(EXIT, due_on="2026-03-10")], "officers": OFFICERS},
    "correct_by": {
        "items": [dict(EXIT, due_on="2026-03-13"), dict(LODGING, due_on="2026-03-25")],
        "officers": OFFICERS,
    },
    "reversal": {
        "items": [dict(LODGING, due_on="2026-03-25")],
        "closed_on": "2026-06-01",
        "reason": "隔墙未砌到顶",
    },
    "advice": {
        "items": [dict(EXIT, due_on="2026-03-13")],
        "office": "马屯镇人民政府",
        "mode_line": NO_LEGAL_DOCUMENT,
    },
    "major": {
        "items": [dict(EXIT, due_on="2026-04-13")],
        "held_on": "2026-03-09",
        "method": "直接判定",
        "clause_words": "GB 35181-2017 第6.2条",
        "officers": OFFICERS,
        "interim": "停用二层，安排专人值守",
        "copy_to": "枣强县人民政府",
    },
    "recheck": {
        "items": [
            dict(EXIT, outcome="pass", note="门锁已拆除", sequence=1),
            dict(LODGING, outcome="fail", note="仍住两人", due_on="2026-04-02", sequence=1),
        ],
        "officers": OFFICERS,
    },
    "suspension": {
        "reason": "三合一场所，生产车间内违规住人",
        "items": [EXIT, LODGING],
        "officers": OFFICERS,
        "scope": "裁断车间、缝制车间",
        "conditions": "隐患全部消除，经检查验收合格",
    },
    "resumption": {
        "suspension": "枣消停字〔2026〕第0001号",
        "acceptance": "枣消复字〔2026〕第0003号",
        "accepted_on": "2026-03-09",
    },
    "resumption_refused": {
        "suspension": "枣消停字〔2026〕第0001号",
        "acceptance": "枣消复字〔2026〕第0003号",
        "reason": "车间北侧仍住两人",
    },
    "listing": {
        "case": LODGING,
        "level": "county",
        "paper_number": "枣政函〔2026〕3号",
        "leader_name": "刘副县长",
        "responsible_department": "县消防安全委员会办公室",
        "responsible": "李春明",
        "requirement": "限期整改，逾期依法停产停业",
        "listed_on": "2026-03-10",
        "due_on": "2026-06-10",
    },
    "delisting": {
        "case": LODGING,
        "level": "county",
        "paper_number": "枣政函〔2026〕3号",
        "listed_on": "2026-03-10",
        "delisting_paper": "枣政函〔2026〕9号",
        "closed_on": "2026-06-01",
        "delisted_on": "2026-06-03",
    },
    "referral": {
        "case": LODGING,
        "department": "枣强县住房和城乡建设局",
        "reason": "涉及未经消防验收擅自投入使用，属住建部门职责",
    },
    "extension": dict(
        case=LODGING,
        **{"from": "2026-03-25", "until": "2026-04-25"},
        reason="防火墙施工需三十日",
        interim="停用北侧，昼夜巡查",
    ),
    "meeting": {
        "case": LODGING,
        "held_on": "2026-03-09",
        "attendees": ["周安", "吴平", "郑文"],
        "clause_words": "GB 35181-2017 7.3.1",
        "grade": "major",
        "conclusion": "经集体讨论，认定为重大火灾隐患",
        "officers": OFFICERS,
    },
    "seal": dict(
        place="一层裁断车间北侧",
        reason="生产车间内违规住人，堵塞疏散通道",
        **{"from": "2026-03-10"},
        until="2026-04-09",
        held_on="2026-03-10",
        items=[LODGING],
        officers=OFFICERS,
    ),
    "unseal": {"seal": "枣消封字〔2026〕第0001号", "place": "一层裁断车间北侧", "officers": OFFICERS},
    "unseal_refused": {
        "seal": "枣消封字〔2026〕第0001号",
        "place": "一层裁断车间北侧",
        "reason": "北侧隔间仍住两人",
        "items": [LODGING],
        "officers": OFFICERS,
    },
    "supervision": {
        "case": LODGING,
        "department": "大营镇人民政府",
        "instruction": "请大营镇立即组织整改，一周内报结果。",
        "leader_name": "刘副县长",
        "requirement": "落实人员搬离和防火分隔",
        "due_on": "2026-03-17",
    },
    "service": {
        "served_title": "责令限期改正通知书",
        "served_number": "枣消限字〔2026〕第0001号",
        "place": "大营镇工业街16号",
        "way": "left",
        "served_on": "2026-03-10",
        "refused": True,
        "refusal_reason": "负责人称须请示总公司",
        "witnesses": ["赵六", "钱七"],
        "officers": OFFICERS,
    },
    "look_back": {
        "case": LODGING,
        "held_on": "2026-03-10",
        "closed_on": "2025-12-10",
        "outcome": "relapse",
        "note": "裁断车间北侧又住入两人",
        "officers": OFFICERS,
    },
    "demand": {
        "stop": "business",
        "suspension": "枣消停字〔2026〕第0001号",
        "suspension_served_on": "2026-03-03",
        "period_ended_on": "2026-03-05",
        "found_on": "2026-03-09",
        "found_words": "裁断车间六台设备正在运转",
        "perform_days": 3,
        "officers": OFFICERS,
    },
    "enforcement": {
        "stop": "business",
        "suspension": "枣消停字〔2026〕第0001号",
        "suspension_served_on": "2026-03-03",
        "period_ended_on": "2026-03-05",
        "found_on": "2026-03-06",
        "found_words": "裁断车间六台设备正在运转",
        "demand": "枣消催字〔2026〕第0001号",
        "demand_served_on": "2026-03-06",
        "demand_ended_on": "2026-03-09",
        "pleas": [{"on": "2026-03-07", "by": "李春明", "words": "订单急，请求宽限"}],
        "view": "订单不是正当理由",
        "way": "张贴封条，停止供应生产用电",
        "execute_on": "2026-03-12",
        "reason": "催告期满后车间仍在生产",
        "officers": OFFICERS,
    },
}


def paper(form, by, region, moment=None, **changes):
    """A paper of `form` as the services issue it, its standing words frozen."""
    content = BASE | CONTENT[form] | changes
    return issue(
        form=form,
        body="枣消",
        region_id=region,
        about=content["unit"]["name"],
        content=content | {"words": frozen(form, content)},
        by=by,
        at=moment or at(),
    )


__all__ = ["CONTENT", "EXIT", "LODGING", "UNIT", "paper", "void"]
