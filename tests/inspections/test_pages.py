"""The pages of a visit: what they show, whom they refuse, how many statements they cost."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.days import now, today
from inspections import services
from inspections.models import Inspection, Kind
from reference.services.calendar import load_calendar
from reference.services.tables import load_tables
from tests.inspections.conftest import fail

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 12
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def draft(checklists, unit, inspector_a, inspector_b):
    """A visit of today at the unit of East."""
    return services.start(
        unit=unit,
        kind=Kind.SPOT,
        by=inspector_a,
        at=now() - timedelta(minutes=30),
        officers=[inspector_a, inspector_b],
    )


def url(name, *args):
    return reverse(f"inspections:{name}", args=args)


def text_of(response):
    return response.content.decode()


# --- finding and beginning


def test_one_character_finds_a_unit_of_the_area(as_user, inspector_a, unit, make_unit, west_village):
    make_unit("恩察旅馆", region=west_village)
    page = text_of(as_user(inspector_a).get(url("find"), {"q": "百"}, **HTMX))
    assert "兴旺<mark>百</mark>货店" in page
    assert "恩察旅馆" not in page


def test_a_township_finds_nothing_of_its_neighbour(as_user, officer_west, unit):
    assert "兴旺百货店" not in text_of(as_user(officer_west).get(url("find"), {"q": "兴旺"}))


@pytest.mark.parametrize(
    "place", [{"latitude": "x", "longitude": "1"}, {"latitude": "NaN", "longitude": "1"}]
)
def test_a_place_that_is_none_is_ignored(as_user, inspector_a, unit, place):
    assert as_user(inspector_a).get(url("find"), place).status_code == 200


def test_units_around_are_listed_by_distance(as_user, inspector_a, make_unit):
    make_unit("远处", address="远处1号", longitude="115.7300", latitude="37.5150")
    make_unit("近处", address="近处1号", longitude="115.7201", latitude="37.5100")
    page = text_of(as_user(inspector_a).get(url("find"), {"latitude": "37.51", "longitude": "115.72"}))
    assert page.index("近处") < page.index("远处")


def test_the_code_on_the_door_leads_here(as_user, inspector_a, unit, checklists):
    assert "兴旺百货店" in text_of(as_user(inspector_a).get(url("start"), {"unit": unit.number}))


def test_a_unit_outside_the_area_is_not_there(as_user, officer_west, unit, checklists):
    assert as_user(officer_west).get(url("start"), {"unit": unit.pk}).status_code == 404


def test_somebody_without_a_field_post_begins_nothing(as_user, leader, unit):
    assert as_user(leader).get(url("start"), {"unit": unit.pk}).status_code == 403


def test_a_township_officer_is_offered_the_patrol_alone(as_user, officer_east, unit, checklists):
    page = text_of(as_user(officer_east).get(url("start"), {"unit": unit.pk}))
    assert 'value="grid"' in page
    assert 'value="spot"' not in page


def test_beginning_leads_to_the_questions(as_user, inspector_a, inspector_b, unit, checklists):
    form = {
        "unit": unit.pk,
        "kind": "spot",
        "officers": [inspector_a.pk, inspector_b.pk],
        "client_id": uuid.uuid4(),
    }
    browser = as_user(inspector_a)
    first = browser.post(url("start"), form)
    again = browser.post(url("start"), form)
    visit = Inspection.objects.get()
    assert first["Location"] == again["Location"] == url("edit", visit.pk)


def test_a_refused_beginning_comes_back_filled(as_user, inspector_a, unit, checklists):
    response = as_user(inspector_a).post(url("start"), {"unit": unit.pk, "kind": "special", "officers": []})
    assert response.status_code == 422
    assert 'value="special" checked' in text_of(response)
    assert Inspection.objects.count() == 0


# --- filling in


def test_a_tap_is_saved_and_the_bar_counts(as_user, inspector_a, draft):
    asked = draft.answers.get(number=1)
    response = as_user(inspector_a).post(url("answer", draft.pk, asked.pk), {"result": "ok"}, **HTMX)
    asked.refresh_from_db()
    assert asked.result == "ok"
    assert "<b>1</b>/4" in text_of(response)


def test_without_scripts_a_tap_leads_back_to_its_row(as_user, inspector_a, draft):
    asked = draft.answers.get(number=3)
    response = as_user(inspector_a).post(url("answer", draft.pk, asked.pk), {"result": "na"})
    assert response["Location"] == f"{url('edit', draft.pk)}#question-3"


def test_a_failing_row_unfolds_its_finding(as_user, inspector_a, draft):
    asked = draft.answers.get(number=3)
    page = text_of(as_user(inspector_a).post(url("answer", draft.pk, asked.pk), {"result": "fail"}, **HTMX))
    assert "消防车道" in page or "消防车通道" in page
    assert 'data-phrase="消防车通道停放车辆"' in page


def test_a_row_with_words_cannot_pass_and_says_why(as_user, inspector_a, draft):
    finding = fail(draft, 1, inspector_a)
    services.change_finding(finding, description="锁闭", by=inspector_a)
    asked = draft.answers.get(number=1)
    response = as_user(inspector_a).post(url("answer", draft.pk, asked.pk), {"result": "ok"}, **HTMX)
    assert response.status_code == 409
    assert "请先删除隐患再改" in text_of(response)


def test_the_one_key(as_user, inspector_a, draft):
    page = text_of(as_user(inspector_a).post(url("all_ok", draft.pk), **HTMX))
    assert "<b>4</b>/4" in page
    assert page.count('data-result="ok"') == 4


def finding_form(finding, **change):
    facts = {
        "description": "安全出口锁闭",
        "part": "东侧",
        "remedy": "by_date",
        "due_on": today().isoformat(),
    }
    return {f"f{finding.pk}-{name}": value for name, value in (facts | change).items()}


def test_a_finding_is_saved_as_it_is_typed(as_user, inspector_a, draft):
    finding = fail(draft, 1, inspector_a)
    response = as_user(inspector_a).post(url("finding", finding.pk), finding_form(finding), **HTMX)
    finding.refresh_from_db()
    assert (finding.description, finding.part, finding.due_on) == ("安全出口锁闭", "东侧", today())
    assert response["HX-Retarget"] == f"#saved-{finding.pk}"


def test_corrected_on_the_spot_has_no_deadline(as_user, inspector_a, draft):
    finding = fail(draft, 1, inspector_a)
    as_user(inspector_a).post(url("finding", finding.pk), finding_form(finding, remedy="on_site"), **HTMX)
    finding.refresh_from_db()
    assert (finding.corrected_on_site, finding.due_on) == (True, None)


def test_a_deadline_before_today_comes_back_at_its_field(as_user, inspector_a, draft):
    finding = fail(draft, 1, inspector_a)
    yesterday = (today() - timedelta(days=1)).isoformat()
    response = as_user(inspector_a).post(
        url("finding", finding.pk), finding_form(finding, due_on=yesterday), **HTMX
    )
    assert response.status_code == 422
    assert "早于检查日期" in text_of(response)
    assert "安全出口锁闭" in text_of(response)
    finding.refresh_from_db()
    assert finding.description == ""


def test_what_cannot_be_corrected_on_the_spot_is_not_offered(as_user, inspector_a, draft):
    asked = draft.answers.get(number=2)
    page = text_of(as_user(inspector_a).post(url("answer", draft.pk, asked.pk), {"result": "fail"}, **HTMX))
    assert 'value="by_date"' in page
    assert 'value="on_site"' not in page


def test_a_finding_outside_the_list_comes_from_the_catalogue(as_user, inspector_a, draft, catalogue):
    browser = as_user(inspector_a)
    assert "生产车间内违规<mark>住人</mark>" in text_of(
        browser.get(url("catalogue", draft.pk), {"q": "住人"}, **HTMX)
    )
    sent = {"category": catalogue["lodging"].pk, "client_id": uuid.uuid4()}
    for _twice in range(2):
        browser.post(url("catalogue", draft.pk), sent)
    assert draft.findings.get().due_on == today() + timedelta(days=15)


@pytest.mark.parametrize("finding", ["²", "x", "-1"])
def test_a_finding_that_is_no_number_is_none(finding, as_user, inspector_a, draft):
    answer = as_user(inspector_a).get(url("catalogue", draft.pk), {"finding": finding}, **HTMX)
    assert answer.status_code == 200


def test_another_category_for_a_finding(as_user, inspector_a, draft, catalogue):
    finding = fail(draft, 1, inspector_a)
    as_user(inspector_a).post(
        url("catalogue", draft.pk), {"category": catalogue["lodging"].pk, "finding": finding.pk}
    )
    finding.refresh_from_db()
    assert finding.category == catalogue["lodging"]


def test_the_filing_page_costs_the_same_whatever_it_holds(as_user, inspector_a, draft, checklists):
    load_calendar()  # an empty table is asked again each time
    browser = as_user(inspector_a)
    browser.get(url("edit", draft.pk))
    for number in (1, 2, 3, 4):
        fail(draft, number, inspector_a)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(url("edit", draft.pk)).status_code == 200
    assert len(asked) <= MOST_STATEMENTS, "\n".join(query["sql"][:150] for query in asked)


@pytest.mark.parametrize("page", ["today", "find", "list"])
def test_pages_are_cheap(as_user, inspector_a, draft, page):
    browser = as_user(inspector_a)
    browser.get(url(page))
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url(page)).status_code == 200
    assert len(asked) <= MOST_STATEMENTS + 6, "\n".join(query["sql"][:150] for query in asked)


# --- whose draft it is


def test_a_draft_belongs_to_its_team(as_user, inspector_b, make_person, brigade, draft):
    third = make_person("third", "郑三", "inspector", "131121", office=brigade, card="冀消监〔2023〕013")
    assert as_user(inspector_b).get(url("edit", draft.pk)).status_code == 200
    for name in ("edit", "finish", "catalogue"):
        assert as_user(third).get(url(name, draft.pk)).status_code == 404


def test_the_neighbour_township_sees_neither_visit_nor_photo(
    as_user, officer_west, officer_east, draft, inspector_a, picture, media
):
    finding = fail(draft, 1, inspector_a)
    photo, _new = services.attach_photo(finding, upload=picture(), by=inspector_a, at=now())
    services.change_finding(finding, description="锁闭", by=inspector_a)
    services.answer_all_ok(draft, by=inspector_a)
    Inspection.objects.filter(pk=draft.pk).update(
        status="completed", number="131121-J2026-000009", ended_at=now(), completed_at=now()
    )
    for name, key in (("detail", draft.pk), ("photo", photo.pk)):
        assert as_user(officer_east).get(url(name, key)).status_code == 200
        assert as_user(officer_west).get(url(name, key)).status_code == 404
    assert "兴旺百货店" in text_of(as_user(officer_east).get(url("list")))
    assert "兴旺百货店" not in text_of(as_user(officer_west).get(url("list")))


def test_the_photo_of_a_draft_is_for_its_team(
    as_user, officer_east, inspector_b, draft, inspector_a, picture, media
):
    photo, _new = services.attach_photo(
        fail(draft, 1, inspector_a), upload=picture(), by=inspector_a, at=now()
    )
    assert as_user(inspector_b).get(url("photo", photo.pk)).status_code == 200
    assert as_user(officer_east).get(url("photo", photo.pk)).status_code == 404


# --- photos


def test_a_photo_is_received_and_receipted(as_user, inspector_a, draft, picture, media):
    finding = fail(draft, 1, inspector_a)
    sent = {"client_id": str(uuid.uuid4())}
    browser = as_user(inspector_a)
    answers = [
        browser.post(
            url("finding_photos", finding.pk), sent | {"photo": picture()}, HTTP_ACCEPT="application/json"
        )
        for _twice in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert finding.photos.count() == 1


def test_what_is_no_photo_is_told_in_words(as_user, inspector_a, draft, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    finding = fail(draft, 1, inspector_a)
    answer = as_user(inspector_a).post(
        url("finding_photos", finding.pk),
        {"photo": SimpleUploadedFile("照片.jpg", b"not a picture")},
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 409
    assert "照片.jpg" in answer.json()["detail"]


def test_a_photo_is_taken_out_again(as_user, inspector_a, draft, picture, media):
    finding = fail(draft, 1, inspector_a)
    photo, _new = services.attach_photo(finding, upload=picture(), by=inspector_a, at=now())
    as_user(inspector_a).post(url("remove_photo", photo.pk), HTTP_ACCEPT="application/json")
    assert finding.photos.count() == 0


# --- the last step


def finish_form(visit, *officers, **change):
    """What the last page sends: begun after midnight, ended now."""
    facts = {
        "officers": [person.pk for person in officers],
        "started_at": now().replace(hour=0, minute=1).strftime("%Y-%m-%dT%H:%M"),
        "ended_at": now().strftime("%Y-%m-%dT%H:%M"),
        "on_site_person": "王掌柜",
    }
    return facts | change


def test_the_last_page_says_what_is_missing(as_user, inspector_a, draft):
    page = text_of(as_user(inspector_a).get(url("finish", draft.pk)))
    assert "还有 4 项未检查" in page


def test_completing_from_the_last_page(as_user, inspector_a, inspector_b, draft):
    services.answer_all_ok(draft, by=inspector_a)
    browser = as_user(inspector_a)
    response = browser.post(
        url("finish", draft.pk), finish_form(draft, inspector_a, inspector_b), follow=True
    )
    draft.refresh_from_db()
    assert response.status_code == 200
    assert (draft.status, draft.on_site_person) == ("completed", "王掌柜")
    assert response.redirect_chain[0][1] == 307


def test_completing_with_one_officer_comes_back_with_the_sentence(as_user, inspector_a, draft):
    services.answer_all_ok(draft, by=inspector_a)
    response = as_user(inspector_a).post(
        url("finish", draft.pk), finish_form(draft, inspector_a), follow=True
    )
    draft.refresh_from_db()
    assert response.status_code == 422
    assert draft.status == "draft"
    assert "两名以上" in text_of(response)
    assert "王掌柜" in text_of(response)


def test_a_three_in_one_site_is_to_stop_unless_a_reason_is_given(
    as_user, inspector_a, inspector_b, make_unit, checklists
):
    workshop = make_unit("顺达裘皮厂", address="工业路8号", flags=["combined_use"])
    visit = services.start(
        unit=workshop, kind=Kind.SPOT, by=inspector_a, at=now() - timedelta(minutes=5),
        officers=[inspector_a, inspector_b],
    )  # fmt: skip
    finding = fail(visit, 2, inspector_a)
    services.change_finding(finding, description="二层住人", by=inspector_a)
    services.answer_all_ok(visit, by=inspector_a)
    browser = as_user(inspector_a)
    form = finish_form(visit, inspector_a, inspector_b, suspend="no")
    refused = browser.post(url("finish", visit.pk), form, follow=True)
    assert refused.status_code == 422
    assert visit.suspensions.count() == 0
    done = browser.post(url("finish", visit.pk), form | {"no_suspension_reason": "已实体分隔"}, follow=True)
    visit.refresh_from_db()
    assert (done.status_code, visit.status) == (200, "completed")
    assert (visit.no_suspension_reason, visit.suspensions.count()) == ("已实体分隔", 0)


def test_the_verdict_on_a_three_in_one_site_stands_on_the_visit_and_its_survey_leads_back(
    as_user, inspector_a, inspector_b, make_unit, checklists
):
    """XF 703: eight lodgers above a workshop of 800 m² and three storeys; the class of use is not known before."""
    load_tables()
    workshop = make_unit(
        "红星毛皮加工坊", flags=["combined_use"],
        floor_area=800, height=10, storeys=3, lodgers=8, fire_resistance=2,
    )  # fmt: skip
    visit = services.start(
        unit=workshop, kind=Kind.SPOT, by=inspector_a, at=now() - timedelta(minutes=5),
        officers=[inspector_a, inspector_b],
    )  # fmt: skip
    browser = as_user(inspector_a)
    for page in ("edit", "finish"):
        text = text_of(browser.get(url(page, visit.pk)))
        assert "能否住宿" in text and f"/lodging/?next={url(page, visit.pk)}" in text
    survey = f"/units/{workshop.pk}/lodging/"
    seen = {"use_class": "B", "building": "other", "underground": "false"}
    done = browser.post(f"{survey}?next={url('edit', visit.pk)}", seen)
    assert (done.status_code, done["Location"]) == (302, url("edit", visit.pk))
    away = browser.post(f"{survey}?next=https://elsewhere.test/", seen)
    assert away["Location"] == workshop.get_absolute_url()


def test_a_unit_without_lodgers_is_not_asked_about_stopping(as_user, inspector_a, draft):
    fail(draft, 2, inspector_a)
    assert 'name="suspend"' not in text_of(as_user(inspector_a).get(url("finish", draft.pk)))


def test_a_second_tab_is_told_that_it_is_completed(as_user, inspector_a, inspector_b, draft):
    services.answer_all_ok(draft, by=inspector_a)
    browser = as_user(inspector_a)
    form = finish_form(draft, inspector_a, inspector_b)
    browser.post(url("finish", draft.pk), form, follow=True)
    asked = draft.answers.get(number=1)
    late = browser.post(url("answer", draft.pk, asked.pk), {"result": "fail"}, **HTMX)
    assert late.status_code == 409
    assert "不能再修改" in text_of(late)
    assert browser.get(url("edit", draft.pk))["Location"] == url("detail", draft.pk)
    assert browser.post(url("finish", draft.pk), form).status_code == 409
    assert Inspection.objects.count() == 1


def test_a_draft_is_put_away_with_a_reason(as_user, inspector_a, draft):
    as_user(inspector_a).post(url("discard", draft.pk), {"reason": "单位无人"})
    draft.refresh_from_db()
    assert (draft.status, draft.discard_reason) == ("discarded", "单位无人")


# --- the day


def test_the_day_shows_what_hurts_first(as_user, inspector_a, draft, make_unit, make_case):
    from rectification.services import orders

    late = make_unit("逾期商店", address="逾期路1号")
    case = make_case(unit=late, day=today() - timedelta(days=20))
    due_on = today() - timedelta(days=12)
    orders.issue(unit=late, items=[orders.Item(case, due_on)], by=inspector_a, at=now() - timedelta(days=20))
    page = text_of(as_user(inspector_a).get(url("today")))
    assert "逾期 12 天" in page
    assert page.index("逾期路1号") < page.index("从未检查")


def test_the_count_opens_what_it_counts(as_user, inspector_a, make_unit):
    for number in range(3):
        make_unit(f"未查{number}号店", address=f"东街{number}号")
    page = text_of(as_user(inspector_a).get(url("today"), {"show": "inspect"}))
    assert "<strong>3</strong><span>待检查" in page
    assert page.count("从未检查") == 3


def test_an_empty_day_tells_the_next_step(as_user, inspector_a):
    page = text_of(as_user(inspector_a).get(url("today")))
    assert "今天没有待办" in page
    assert reverse("hazards:list") in page


# --- the list


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({}, True),
        ({"kind": "spot"}, True),
        ({"kind": "special"}, False),
        ({"findings": "true"}, False),
        ({"findings": "false"}, True),
        ({"officer": "周安"}, True),
        ({"officer": "inspector_b"}, True),
        ({"officer": "无名"}, False),
        ({"region": "131121104"}, True),
        ({"region": "131121101"}, False),
        ({"q": "兴旺"}, True),
        ({"q": "131121-J"}, True),
        ({"q": "不存在"}, False),
    ],
)
def test_the_list_is_narrowed(as_user, inspector_a, inspector_b, draft, wish, found):
    services.answer_all_ok(draft, by=inspector_a)
    as_user(inspector_a).post(
        url("finish", draft.pk), finish_form(draft, inspector_a, inspector_b), follow=True
    )
    assert ("兴旺百货店" in text_of(as_user(inspector_a).get(url("list"), wish, **HTMX))) is found


def test_a_wrong_region_is_a_mistake_and_no_crash(as_user, inspector_a):
    assert as_user(inspector_a).get(url("list"), {"region": "abc"}).status_code == 400


# --- the patrol


def test_a_patrol_reports_and_orders_nothing(as_user, officer_east, unit, checklists):
    browser = as_user(officer_east)
    browser.post(
        url("start"),
        {"unit": unit.pk, "kind": "grid", "officers": [officer_east.pk], "client_id": uuid.uuid4()},
    )
    patrol = Inspection.objects.get()
    finding = fail(patrol, 1, officer_east)
    browser.post(
        url("finding", finding.pk),
        {f"f{finding.pk}-description": "出口堆放杂物", f"f{finding.pk}-remedy": "report"},
        **HTMX,
    )
    services.answer_all_ok(patrol, by=officer_east)
    done = browser.post(url("finish", patrol.pk), finish_form(patrol, officer_east), follow=True)
    patrol.refresh_from_db()
    finding.refresh_from_db()
    assert (done.status_code, patrol.status, patrol.document) == (200, "completed", None)
    assert (finding.case.state, finding.case.due_on, finding.case.inspector) == ("registered", None, None)
    assert patrol.orders.count() == 0
