"""What clerks write above the columns of a unit ledger, and which field each of them means."""

import re

from django.utils.translation import gettext_lazy as _

from units.text import fold

# field: (the words we show, the headings found in real ledgers). Compared without blanks, brackets and case.
FIELDS = {
    "serial": (_("Line number"), ("序号", "编号", "no")),
    "number": (_("Register number"), ("单位编号", "登记编号", "消患编号", "register number")),
    "township": (
        _("Township"),
        (
            "所属乡镇",
            "乡镇",
            "街道",
            "镇街",
            "属地",
            "乡镇(街道)",
            "乡镇街道",
            "镇(街道)",
            "所属镇街",
            "所属街道",
            "township",
        ),
    ),
    "village": (
        _("Village"),
        (
            "村(社区)",
            "村社区",
            "村",
            "社区",
            "村居",
            "村(居)",
            "行政村",
            "所属村",
            "所属村(社区)",
            "村(社区)名称",
            "village",
        ),
    ),
    "name": (
        _("Name of the unit"),
        (
            "单位名称",
            "场所名称",
            "单位(场所)名称",
            "企业名称",
            "店名",
            "被检查单位",
            "名称",
            "商户名称",
            "单位场所名称",
            "name",
        ),
    ),
    "credit_code": (_("Credit code"), ("统一社会信用代码", "社会信用代码", "信用代码", "credit code")),
    "supervision_class": (_("Supervision class"), ("监管类别", "单位类别", "监管等级", "supervision class")),
    "small_kind": (_("Kind of small place"), ("九小类型", "九小场所类型", "九小类别", "九小场所类别")),
    "combined_use": (
        _("Three-in-one"),
        ("是否三合一", "三合一", "三合一场所", "是否三合一场所", "是否合用场所"),
    ),
    "multi_use": (_("Multi-in-one"), ("是否多合一", "多合一", "多合一场所")),
    "key_unit": (_("Key unit"), ("是否重点单位", "重点单位", "消防安全重点单位")),
    "crowded": (_("Crowded place"), ("是否人员密集", "人员密集场所", "是否人员密集场所")),
    "flammable": (_("Flammable place"), ("是否易燃易爆", "易燃易爆", "易燃易爆场所")),
    "high_rise": (_("High-rise"), ("是否高层", "高层", "高层建筑")),
    "underground": (_("Underground"), ("是否地下", "地下建筑", "地下场所")),
    "flags": (_("Flags"), ("标签", "标识", "单位标识", "flags")),
    "place_type": (_("Place type"), ("场所类型", "单位类型", "场所类别", "场所性质", "place type")),
    "address": (
        _("Address"),
        ("详细地址", "地址", "所在位置", "经营地址", "单位地址", "具体位置", "address"),
    ),
    "floor_area": (_("Floor area"), ("建筑面积", "面积", "建筑面积平方米", "经营面积", "floor area")),
    "storeys": (_("Storeys"), ("层数", "建筑层数", "地上层数", "storeys")),
    "underground_storeys": (_("Storeys below ground"), ("地下层数",)),
    "height": (_("Height"), ("建筑高度", "高度")),
    "employees": (_("Employees"), ("从业人数", "员工人数", "职工人数", "从业人员", "员工数", "employees")),
    "lodgers": (_("People sleeping on site"), ("住宿人数", "居住人数", "住人数", "lodgers")),
    "capacity": (_("Most people at one time"), ("最大容纳人数", "容纳人数", "营业时最大人数")),
    "exits": (_("Safety exits"), ("安全出口数", "安全出口")),
    "built_year": (_("Year built"), ("建成年份", "建成年代", "建造年份")),
    "responsible": (
        _("Person responsible"),
        ("消防安全责任人", "责任人", "负责人", "业主", "联系人", "单位负责人", "安全责任人"),
    ),
    "responsible_phone": (
        _("Phone of the person responsible"),
        (
            "责任人电话",
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "负责人电话",
            "联系方式",
            "消防安全责任人电话",
            "phone",
        ),
    ),
    "manager": (_("Fire-safety manager"), ("消防安全管理人", "管理人", "安全管理人")),
    "manager_phone": (_("Phone of the manager"), ("管理人电话", "消防安全管理人电话")),
    "legal": (_("Legal representative"), ("法定代表人", "法人", "法人代表")),
    "legal_phone": (_("Phone of the legal representative"), ("法人电话", "法定代表人电话")),
    "regulator": (_("Regulator"), ("行业主管部门", "主管部门", "监管部门", "监管(行业)部门", "行业部门")),
    "longitude": (_("Longitude"), ("经度", "longitude")),
    "latitude": (_("Latitude"), ("纬度", "latitude")),
    "note": (_("Note"), ("备注", "说明", "note")),
    # Written by us into the workbook of faulty rows; comes back with it.
    "mistakes": (_("What is wrong"), ("错误说明", "what is wrong")),
}
# Read and left alone on purpose.
SKIPPED = ("serial", "mistakes")
REQUIRED = ("name",)
YES_NO = ("combined_use", "multi_use", "key_unit", "crowded", "flammable", "high_rise", "underground")
PHONES = ("responsible_phone", "manager_phone", "legal_phone")
# Columns that clerks merge down over many units.
FILLED_DOWN = ("township", "village", "regulator")

UNITS_OF_MEASURE = re.compile(r"\((?:㎡|m2|m²|平方米|米|m|人|层|个|年)\)$")


def squash(heading) -> str:
    """A heading as it is compared: folded, without blanks, without a unit of measure, brackets made plain."""
    text = fold(heading).replace(" ", "").replace("*", "").rstrip(":：")
    return UNITS_OF_MEASURE.sub("", text)


_ALIASES = {squash(alias): field for field, (_label, aliases) in FIELDS.items() for alias in aliases}


def field_of(heading) -> str:
    """The field that a heading means, or ""."""
    return _ALIASES.get(squash(heading), "")


def label_of(field: str) -> str:
    """The field in words."""
    return str(FIELDS[field][0]) if field in FIELDS else field


def named_mistake(error: dict) -> str:
    """A mistake of a line with the field it belongs to: 联系电话：号码不完整."""
    return _("%(field)s: %(message)s") % {"field": label_of(error["field"]), "message": error["message"]}
