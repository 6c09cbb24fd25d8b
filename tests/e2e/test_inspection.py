"""An inspector with a phone: find the unit, begin, everything passes, two do not, a photo, finish."""

import re

import pytest

from tests.factories import DAY

pytestmark = pytest.mark.django_db(transaction=True)

# The row was exchanged, and the key goes on where it was.
SETTLED = """(result) => document.querySelector('#question-1').dataset.result === result
    && document.activeElement.value === result && !document.querySelector('.htmx-settling, .htmx-request')"""


@pytest.fixture
def world(inspector_a, inspector_b, clerk, officer_east, east_village):
    """The real catalogue and checklists, and two units of East."""
    from reference.models import PlaceType
    from reference.services.calendar import load_calendar
    from reference.services.tables import load_tables
    from units.services import register

    load_tables()
    load_calendar()
    shop = PlaceType.objects.get(code="shop") if PlaceType.objects.filter(code="shop").exists() else None
    place = shop or PlaceType.objects.exclude(parent=None).first()
    facts = {"region": east_village, "by": officer_east, "on": DAY, "place_type": place}
    workshop = register(name="顺达裘皮加工厂", address="张仓口村东街12号", flags=["combined_use"], **facts)
    register(name="兴旺百货店", address="张仓口村主街1号", **facts)
    return workshop


@pytest.fixture
def photo_file(tmp_path):
    from PIL import Image

    path = tmp_path / "exit.jpg"
    Image.new("RGB", (1200, 900), "darkred").save(path, "JPEG")
    return path


def test_a_visit_on_the_phone(phone, sign_in, axe, world, inspector_a, photo_file, media):
    from inspections.models import Inspection

    page = sign_in(phone, inspector_a)
    page.goto("/inspections/today/")
    axe(page)

    # find: one character is enough
    page.goto("/inspections/start/")
    page.fill("#find-q", "裘")
    card = page.locator(".unit-card", has_text="顺达")
    card.wait_for()
    page.wait_for_function("() => document.querySelectorAll('#found .unit-card').length === 1")
    axe(page)
    card.get_by_role("link", name="开始检查").tap()

    # begin: two officers
    page.locator(".person-choice", has_text="吴平").tap()
    axe(page)
    page.get_by_role("button", name="开始").tap()
    page.wait_for_url(re.compile(r"/inspections/\d+/edit/"))

    # all pass, then two do not
    page.get_by_role("button", name="一键全部合格").tap()
    bar = page.locator("#visit-bar")
    total = page.locator(".question").count()
    bar.get_by_text(f"已查 {total}/{total}").wait_for()
    for number in (1, 2):
        page.locator(f"#question-{number} .answer-choice", has_text="不合格").tap()
        page.locator(f"#question-{number} .finding").wait_for()
    bar.get_by_text("隐患 2").wait_for()
    axe(page)

    # words by tapping, saved without a button
    for number in (1, 2):
        question = page.locator(f"#question-{number}")
        question.locator(".phrases:not(.phrases-part) .phrase").first.tap()
        question.locator(".saved", has_text="已保存").wait_for()

    # a photo
    finding = page.locator("#question-1 .finding")
    finding.locator("input[type=file]").set_input_files(str(photo_file))
    finding.locator(".photo.is-done").wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")

    # the last step
    bar.get_by_role("link", name="下一步").tap()
    page.wait_for_url(re.compile(r"/finish/$"))
    axe(page)
    assert page.get_by_role("radio", name="提请停产停业", exact=True).is_checked()
    page.get_by_label("收件人").fill("王掌柜")
    page.get_by_role("button", name="提交并出具文书").tap()
    page.wait_for_url(re.compile(r"/filed/$"))

    visit = Inspection.objects.get()
    assert visit.status == "completed"
    assert visit.findings.count() == 2
    assert visit.findings.filter(case__isnull=False).count() == 2
    assert visit.suspensions.count() == 1
    page.goto(f"/inspections/{visit.pk}/")
    axe(page)


def test_a_failing_answer_can_be_given_by_keyboard(desktop, sign_in, world, inspector_a, inspector_b):
    from common.days import now
    from inspections import services

    visit = services.start(
        unit=world, kind="spot", by=inspector_a, at=now(), officers=[inspector_a, inspector_b]
    )
    page = sign_in(desktop, inspector_a)
    page.goto(f"/inspections/{visit.pk}/edit/")
    page.locator("#question-1 input[value=ok]").focus()
    page.keyboard.press("Space")
    page.wait_for_function(SETTLED, arg="ok")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(SETTLED, arg="fail")
