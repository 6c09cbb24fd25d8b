"""What the style guide shows: made-up rows in every state, so that no database is needed to look at the face."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

UNIT = {
    "name": "大营镇宏盛裘皮制品有限公司",
    "number": "131121-0214",
    "address": "枣强县大营镇芍药村工业路 18 号",
    "flag_labels": ["三合一", "劳动密集型", "易燃"],
    "suspended": True,
    "open_cases": 3,
}
WORDS = (
    "生产车间与员工宿舍未做防火分隔，二层住人 6 名",
    "疏散楼梯堆放成品皮料，净宽不足 0.6 米",
    "室内消火栓无水，水泵控制柜处于手动",
    "配电箱周围 0.5 米内堆放包装纸箱",
    "自动喷水灭火系统末端试水压力不足",
)


PLACES = [("", "—"), ("1", "合用场所"), ("2", "商场市场")]


class SampleForm(forms.Form):
    """Each kind of control once; bound with nothing, it shows every error."""

    name = forms.CharField(label=gettext_lazy("Unit name"), max_length=60)
    area = forms.DecimalField(label=gettext_lazy("Floor area"), required=False, min_value=0)
    due_on = forms.DateField(
        label=gettext_lazy("Rectification deadline"), help_text=gettext_lazy("The end of that day.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Place type"), choices=[("", "—"), ("1", "合用场所"), ("2", "商场市场")]
    )
    flags = forms.MultipleChoiceField(
        label=gettext_lazy("Flags"),
        choices=[("a", "三合一"), ("b", "高层"), ("c", "地下"), ("d", "人员密集")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label=gettext_lazy("The owner was present and has been told"))


class SampleFilter(forms.Form):
    q = forms.CharField(required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", "---------"), ("ordered", "整改中")],
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        required=False,
        choices=[("", "---------"), ("major", "重大火灾隐患")],
    )
    overdue = forms.BooleanField(label=gettext_lazy("Overdue"), required=False)
    due_before = forms.DateField(label=gettext_lazy("Due before"), required=False)


def context(request) -> dict:
    """Everything that the style guide's template asks for."""
    today = timezone.localdate()
    cases = _cases(today)
    return {
        "unit": SimpleNamespace(**UNIT),
        "quiet_unit": SimpleNamespace(
            **UNIT
            | {"name": "枣强镇惠民便利店", "flag_labels": ["九小"], "suspended": False, "open_cases": 0}
        ),
        "cases": cases,
        "case": cases[0],
        "days": [today + timedelta(n) for n in (-12, 0, 1, 20)],
        "why": "送达次日起 3 个工作日，10月1–8日放假，10月11日补班",
        "counters": [
            {"label": "待检查", "value": 6, "href": "#"},
            {"label": "待复查", "value": 3, "href": "#", "note": "1 件今日到期"},
            {"label": "逾期", "value": 2, "href": "#", "tone": "danger"},
        ],
        "tabs": [
            {"label": "逾期", "href": "#", "count": 4, "tone": "danger", "current": True},
            {"label": "3 日内", "href": "#", "count": 7},
            {"label": "待复查", "href": "#", "count": 12},
            {"label": "挂牌", "href": "#", "count": 2},
            {"label": "停业", "href": "#", "count": 0},
        ],
        "steps": [
            {"label": "登记", "on": today - timedelta(30), "state": "done"},
            {"label": "下达", "on": today - timedelta(28), "state": "done"},
            {"label": "整改", "state": "now", "note": "第 2 轮"},
            {"label": "复查", "state": "todo"},
            {"label": "销号", "state": "todo"},
        ],
        "clock": {"words": "整改期限届满已 12 天，下一步由大营镇负责督促", "tone": "danger"},
        "events": _events(),
        "photos": [],
        "form": SampleForm(initial={"name": UNIT["name"]}),
        "bad_form": SampleForm({}),
        "filterset": SimpleNamespace(form=SampleFilter(request.GET or None)),
        "towns": _towns(),
        "preview": _preview(),
        "bulk_acts": [
            {"value": "chase", "label": "督促整改", "icon": "send", "confirm": "督促所选隐患的责任人？"}
        ],
        "states": ("registered", "ordered", "submitted", "closed", "transferred", "suspended", "void"),
        "grades": ("general", "serious", "major"),
        "tones": ("danger", "warning", "info", "success", "muted", "listed"),
        "long_rows": range(1, 8),
    }


def _cases(today) -> list:
    facts = (
        ("ordered", "major", -12, ["city", "county"]),
        ("submitted", "general", 0, []),
        ("ordered", "general", 2, []),
    )
    facts += (("registered", "serious", None, []), ("closed", "general", -40, []))
    return [
        SimpleNamespace(
            number=f"枣消隐〔2026〕{118 + n:04}号",
            description=WORDS[n],
            state=state,
            grade=grade,
            due_on=None if days is None else today + timedelta(days),
            is_live=state != "closed",
            is_overdue=state != "closed" and days is not None and days < 0,
            listed=listed,
            unit=SimpleNamespace(**UNIT),
        )
        for n, (state, grade, days, listed) in enumerate(facts)
    ]


def _events() -> list[dict]:
    now: datetime = timezone.localtime()
    return [
        {
            "at": now - timedelta(hours=3),
            "title": "逾期 7 个工作日，已报县领导",
            "by": "系统",
            "tone": "danger",
            "icon": "alarm",
            "text": "",
        },
        {
            "at": now - timedelta(days=14),
            "title": "复查不合格，重新限期",
            "by": "王建国、李敏",
            "tone": "warning",
            "icon": "fail",
            "text": "隔墙已砌，楼梯间防火门未安装。",
        },
        {
            "at": now - timedelta(days=28),
            "title": "下达责令限期改正通知书",
            "by": "王建国",
            "tone": "info",
            "icon": "file",
            "paper": "枣消限字〔2026〕第0214号",
            "paper_url": "#",
        },
    ]


def _towns() -> list[dict]:
    rows = (("大营镇", 412, 361, 9), ("枣强镇", 318, 302, 3), ("新屯镇", 96, 96, 0), ("肖张镇", 0, 0, 0))
    return [
        {"name": n, "found": f, "closed": c, "overdue": o, "rate": Decimal(c) / f if f else None}
        for n, f, c, o in rows
    ]


def _preview() -> dict:
    return {
        "counts": {"new": 198, "changed": 31, "same": 2, "bad": 3},
        "columns": ["单位名称", "乡镇", "联系电话"],
        "rows": [
            {
                "number": 3,
                "kind": "new",
                "cells": [{"text": "枣强县顺达塑料厂"}, {"text": "王均乡"}, {"text": "139****6021"}],
            },
            {
                "number": 4,
                "kind": "bad",
                "cells": [
                    {"text": "宏远皮草行"},
                    {
                        "text": "大营",
                        "error": _("No such township. Did you mean %(name)s?") % {"name": "大营镇"},
                    },
                    {"text": "1380318", "error": _("A mobile number has 11 digits.")},
                ],
            },
            {
                "number": 5,
                "kind": "changed",
                "cells": [{"text": "惠民便利店"}, {"text": "枣强镇"}, {"text": "137****0091"}],
            },
        ],
    }
