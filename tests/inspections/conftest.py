"""Two short checklists and ways to begin a visit."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from inspections import services
from inspections.models import Kind
from tests.factories import DAY, at


@pytest.fixture
def checklists(catalogue):
    """The officers' list of four questions and the grid's of two."""
    from reference.models import Checklist, ChecklistItem, HazardCategory

    group = catalogue["exit"].group
    alarm, _ = HazardCategory.objects.get_or_create(
        code="T501",
        defaults={
            "group": group,
            "name": "消防车通道被占用",
            "name_en": "Fire lane blocked",
            "on_site": True,
            "default_grade": "element",
            "default_days": 1,
            "phrases": ["消防车通道停放车辆", "消防车通道堆放货物"],
            "parts": ["北侧通道"],
        },
    )
    catalogue["lane"] = alarm
    made = {}
    for code, audience, questions in (
        ("general", "officer", ("exit", "lodging", "lane", "exit")),
        ("grid", "grid", ("exit", "lodging")),
    ):
        checklist, _ = Checklist.objects.get_or_create(
            code=code, version=1, defaults={"name": code, "name_en": code, "audience": audience}
        )
        for number, name in enumerate(questions, 1):
            ChecklistItem.objects.create(
                checklist=checklist,
                number=number,
                group=group,
                question=f"第{number}项是否符合要求？",
                question_en=f"Is item {number} in order?",
                category=catalogue[name],
            )
        made[code] = checklist
    return made


@pytest.fixture
def begin(checklists, unit, inspector_a, inspector_b):
    """`begin(kind="grid", by=officer_east)`: a draft at the unit of East, at ten on the day."""

    def start(*, kind=Kind.SPOT, unit=unit, by=inspector_a, officers=None, day=DAY, **more):
        officers = officers if officers is not None else ([by] if kind == Kind.GRID else [by, inspector_b])
        return services.start(unit=unit, kind=kind, by=by, at=at(day), officers=officers, **more)

    return start


@pytest.fixture
def visit(begin):
    return begin()


@pytest.fixture
def picture():
    """`picture()`: a small JPEG as a phone sends it."""

    def make(name="a.jpg", colour="red"):
        data = io.BytesIO()
        Image.new("RGB", (80, 60), colour).save(data, "JPEG")
        return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")

    return make


def pass_all(visit, by):
    """Everything passes."""
    services.answer_all_ok(visit, by=by)


def fail(visit, number, by):
    """Question `number` fails; its blank finding."""
    row = services.answer(visit, visit.answers.get(number=number), "fail", by=by)
    return row.findings.get()
