"""Bad input at the acts on cases: a sentence at its place, nothing typed is lost, nothing written by half.

The same for the register stands in tests/units/test_pages.py and test_import.py (duplicates, stale forms, what is no
workbook), for visits in tests/inspections/test_pages.py (deadlines, one officer, photos, a second tab), for lists and
uploads in tests/common (page sizes, 200 MB).
"""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common.days import today
from tests import journeys
from tests.factories import picture, plus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(make_case, media):
    """A hazard found ten days ago."""
    return make_case(day=plus(-10, today()))


@pytest.fixture
def ordered(case, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(5, today()))
    case.refresh_from_db()
    return case


def act(case, name):
    return f"/rectification/cases/{case.pk}/{name}/"


def facts_of(name, **changed):
    """A correct form of each creating act."""
    facts = {
        "order": {"due_on": plus(7, today()).isoformat(), "measure": "拆除门锁"},
        "submit": {"words": "已清理，通道畅通"},
        "review": {
            "outcome": "pass",
            "note": "现场畅通，门锁已拆除完毕",
            "no_photo": "other",
            "officers": ["inspector_a", "inspector_b"],
            "held_on": today().isoformat(),
        },
        "ask-extension": {
            "until": plus(20, today()).isoformat(),
            "reason": "配件未到",
            "interim": "专人值守",
        },
    }[name]
    return facts | changed


def refused(answer, *words):
    """The form came back with the sentences, filled; Chinese by the browser's language."""
    body = answer.content.decode()
    assert answer.status_code == 422, body[:300]
    for word in words:
        assert word in body, word
    return body


@pytest.fixture
def door(as_user):
    """`door(officer_east)`: that person's browser, in Chinese."""

    def open_for(user):
        client = as_user(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
        return client

    return open_for


# --- twice --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "who", "model"),
    [
        ("order", "inspector_a", "Order"),
        ("submit", "officer_east", "Submission"),
        ("review", "inspector_a", "Review"),
        ("ask-extension", "officer_east", "Extension"),
    ],
)
def test_the_same_form_sent_twice_makes_one_row(door, cast, case, name, who, model):
    from documents.models import Document
    from rectification import models

    if name != "order":
        journeys.order(case, by=cast["inspector_a"], due_on=plus(5, today()))
    if name == "review":
        journeys.submit(case, by=cast["officer_east"])
    browser = door(cast[who])
    sent = facts_of(name, client_id=str(uuid.uuid4()))
    answers, papers = [], []
    for _press in range(2):
        answers.append(browser.post(act(case, name), sent).status_code)
        papers.append(Document.objects.count())
    rows = getattr(models, model).objects.filter(client_id=sent["client_id"])
    assert (answers, rows.count()) == ([302, 302], 1)
    assert papers[0] == papers[1]


def test_a_double_click_in_the_browser_reports_once(desktop, sign_in, ordered, officer_east):
    page = sign_in(desktop, officer_east)
    page.goto(act(ordered, "submit"))
    page.fill("[name=words]", "已清理，通道畅通")
    page.locator(".form-acts button.btn-primary").dblclick()
    page.wait_for_url(re.compile(rf"/cases/{ordered.pk}/$"))
    ordered.refresh_from_db()
    assert (ordered.state, ordered.submissions.count(), ordered.events.filter(act="submit").count()) == (
        "submitted",
        1,
        1,
    )


# --- a second tab, a stale page -----------------------------------------------------------------------


def test_a_second_tab_is_told_and_keeps_its_words(desktop, sign_in, ordered, officer_east):
    first = sign_in(desktop, officer_east)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(act(ordered, "submit"))
    first.fill("[name=words]", "第一页：已清理")
    second.fill("[name=words]", "第二页：已清理并加装标识")
    first.locator(".form-acts button.btn-primary").click()
    first.wait_for_url(re.compile(rf"/cases/{ordered.pk}/$"))
    second.locator(".form-acts button.btn-primary").click()
    second.locator(".form-errors").wait_for()
    assert "待复查" in second.inner_text(".form-errors")
    assert second.input_value("[name=words]") == "第二页：已清理并加装标识"
    assert ordered.submissions.get().words == "第一页：已清理"


@pytest.mark.parametrize(
    ("name", "who", "kept"),
    [
        ("order", "inspector_a", "拆除门锁"),
        ("submit", "officer_east", "已清理，通道畅通"),
        ("review", "inspector_a", "现场畅通"),
        ("ask-extension", "officer_east", "配件未到"),
    ],
)
def test_the_same_act_from_a_stale_page_is_refused_in_words(door, cast, case, name, who, kept):
    if name != "order":
        journeys.order(case, by=cast["inspector_a"], due_on=plus(5, today()))
    browser = door(cast[who])
    assert browser.post(act(case, name), facts_of(name, client_id=str(uuid.uuid4()))).status_code == 302
    refused(browser.post(act(case, name), facts_of(name, client_id=str(uuid.uuid4()))), kept, "form-errors")


def test_a_suspension_decided_meanwhile_is_told(door, case, unit, inspector_a, office):
    from rectification.services import suspensions
    from tests.factories import at

    stop = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(case.opened_on), cases=[case])
    suspensions.decide(stop, by=office, at=at(case.opened_on))
    answer = door(office).post(f"/rectification/suspensions/{stop.pk}/decline/", {"note": "理由：情节轻微"})
    refused(answer, "理由：情节轻微", "刷新")
    stop.refresh_from_db()
    assert stop.status == "in_force"


# --- days and people ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changed", "field", "words"),
    [
        ("order", {"due_on": plus(-1, today()).isoformat()}, "due_on", "期限"),
        ("order", {"due_on": "明天"}, "due_on", "日期"),
        ("order", {"due_on": ""}, "due_on", "必填"),
        ("review", {"held_on": plus(1, today()).isoformat()}, "held_on", "复查"),
        ("review", {"held_on": plus(-11, today()).isoformat()}, "held_on", "早于"),
        ("review", {"officers": ["inspector_a"]}, "officers", "两名"),
        ("review", {"officers": ["inspector_a", "inspector_a"]}, "officers", "两名"),
        ("review", {"officers": ["inspector_a", "clerk"]}, "officers", "clerk"),
        ("review", {"outcome": "fail"}, "due_on", "期限"),
        ("review", {"outcome": "fail", "due_on": plus(-1, today()).isoformat()}, "due_on", "期限"),
    ],
)
def test_a_wrong_day_or_team_is_told_at_its_field(door, cast, case, name, changed, field, words):
    from documents.models import Document

    if name == "review":
        journeys.order(case, by=cast["inspector_a"], due_on=plus(5, today()))
    before = Document.objects.count()
    answer = door(cast["inspector_a"]).post(act(case, name), facts_of(name) | changed)
    body = refused(answer)
    at_field = body.split(f'data-field="{field}"')[1].split('data-field="')[0]
    assert "field-errors" in at_field and words in at_field
    kept = "拆除门锁" if name == "order" else "现场畅通"
    assert kept in body
    state = case.state
    case.refresh_from_db()
    assert (case.state, Document.objects.count()) == (state, before)


# --- files --------------------------------------------------------------------------------------------


def test_a_photo_that_is_none_is_told_at_its_place_and_the_words_stay(door, ordered, officer_east):
    sent = facts_of(
        "submit", photos=SimpleUploadedFile("exit.jpg", b"<html>not a picture</html>", "image/jpeg")
    )
    body = refused(door(officer_east).post(act(ordered, "submit"), sent), "已清理，通道畅通")
    assert "field-errors" in body.split('data-field="photos"')[1]
    ordered.refresh_from_db()
    assert (ordered.state, ordered.submissions.count()) == ("ordered", 0)


def test_a_photo_that_is_none_is_told_in_the_browser_before_it_is_sent(
    phone, sign_in, ordered, officer_east, tmp_path
):
    bad = tmp_path / "exit.jpg"
    bad.write_bytes(b"not a picture")
    page = sign_in(phone, officer_east)
    page.goto(act(ordered, "submit"))
    page.fill("[name=words]", "已清理，通道畅通")
    page.set_input_files("input[name=photos]", str(bad))
    page.locator(".photo-note", has_text="图片").wait_for()
    assert page.input_value("[name=words]") == "已清理，通道畅通"
    assert not page.locator(".photo.is-local").count()


# --- not here, not you ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/cases/{case}/",
        "/units/{unit}/",
        "/rectification/cases/{case}/submit/",
        "/rectification/cases/{case}/outlook/",
        "/documents/{paper}/",
    ],
)
def test_what_lies_outside_ones_area_is_not_there(door, ordered, officer_west, path):
    paper = ordered.events.exclude(document=None).first().document_id
    address = path.format(case=ordered.pk, unit=ordered.unit_id, paper=paper)
    assert door(officer_west).get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "who"),
    [("order", "officer_east"), ("submit", "leader"), ("review", "officer_east"), ("void", "officer_east")],
)
def test_an_act_of_another_post_is_refused_in_words(door, cast, ordered, name, who):
    answer = door(cast[who]).get(act(ordered, name))
    body = answer.content.decode()
    assert answer.status_code == 409
    assert '<form id="act"' not in body and "岗位" in body
    sent = {"reason": "试试"} if name == "void" else facts_of(name)
    assert door(cast[who]).post(act(ordered, name), sent).status_code in (403, 422)
    state = ordered.state
    ordered.refresh_from_db()
    assert ordered.state == state


@pytest.mark.parametrize(
    "query",
    [
        "size=abc",
        "size=100000",
        "page=abc",
        "page=-1",
        "page=100000",
        "page_size=100000",
        "ordering=abc",
        "state=abc",
    ],
)
def test_nonsense_in_the_address_breaks_no_list(door, ordered, inspector_a, query):
    answer = door(inspector_a).get(f"/cases/?{query}")
    assert answer.status_code in (200, 400)
    assert len(re.findall(r'<th scope="row">', answer.content.decode())) <= 100


def test_a_refused_report_comes_back_with_its_photo(phone, sign_in, ordered, officer_east, tmp_path):
    shot = tmp_path / "after.jpg"
    shot.write_bytes(picture().read())
    page = sign_in(phone, officer_east)
    page.goto(act(ordered, "submit"))
    page.set_input_files("input[name=photos]", str(shot))
    page.locator(".photo.is-local").wait_for()
    press = page.locator("button[form=act]:visible, #act button.btn-primary:visible").first
    press.click()
    page.locator(".field-errors").first.wait_for()
    # It comes back when the new form has settled, a moment after its sentences.
    page.locator(".photo.is-local").wait_for()
    assert page.locator(".photo.is-local").count() == 1
    page.fill("[name=words]", "已清理，通道畅通")
    page.locator("button[form=act]:visible, #act button.btn-primary:visible").first.click()
    page.wait_for_url("**/cases/*/")
    assert ordered.submissions.get().photos.count() == 1


def test_a_half_typed_unit_is_there_again(phone, sign_in, officer_east):
    page = sign_in(phone, officer_east)
    page.goto("/units/register/")
    page.fill("#id_name", "没有填完的饭店")
    page.wait_for_timeout(1500)
    page.goto("/units/")
    page.goto("/units/register/")
    page.locator("form[data-draft] .notice[role=status]").wait_for()
    assert page.input_value("#id_name") == "没有填完的饭店"
