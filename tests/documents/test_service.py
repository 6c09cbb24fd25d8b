"""Service of papers: once, by whom, to whom, before which witnesses; what may not be."""

import io
import threading
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from PIL import Image

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents import guards, limits, services
from documents.models import Document, Form, Service
from documents.services import Delivery, issue, void
from reference.selectors import calendar
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db

SIGNED = Delivery(receiver="王掌柜", relation="head")
REFUSED = Delivery(
    method="left", refused=True, refusal_reason="负责人拒绝签收", witness_1="李村主任", witness_2="赵网格员"
)


@pytest.fixture
def paper(inspector_a, east_village):
    def make(form=Form.SUSPENSION, moment=None):
        return issue(
            form=form,
            body="枣消",
            region_id=east_village.code,
            about="兴旺百货店",
            content={"unit": {"name": "兴旺百货店"}, "reason": "车间住人"},
            by=inspector_a,
            at=moment or at(),
        )

    return make


def serve(document, delivery=SIGNED, *, by, day=1, **more):
    return services.serve(document, delivery, served_at=at(plus(day)), by=by, at=at(plus(day), 11), **more)


def picture():
    data = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(data, "JPEG")
    return SimpleUploadedFile("r.jpg", data.getvalue(), content_type="image/jpeg")


def test_a_paper_waits_and_is_served_once(paper, inspector_a, inspector_b):
    made = paper()
    assert made.awaits_service and made in Document.objects.awaiting_service()
    row = serve(made, by=inspector_a)
    made.refresh_from_db()
    assert (made.served_at, row.receiver, row.recorded_by) == (at(plus(1)), "王掌柜", inspector_a)
    assert not Document.objects.awaiting_service().exists()
    with pytest.raises(AlreadyDone):
        serve(made, by=inspector_b, day=2)
    assert Service.objects.count() == 1


def test_a_failed_attempt_is_kept_and_the_paper_still_waits(paper, inspector_a):
    made = paper()
    serve(made, Delivery(succeeded=False, refusal_reason="单位锁门"), by=inspector_a)
    assert made.served_at is None and made in Document.objects.awaiting_service()
    serve(made, by=inspector_a, day=2)
    assert list(made.services.values_list("succeeded", flat=True)) == [False, True]


@pytest.mark.parametrize(
    ("delivery", "field"),
    [
        (Delivery(relation="head"), "receiver"),
        (Delivery(receiver="  ", relation="head"), "receiver"),
        (Delivery(receiver="王掌柜"), "relation"),
        (Delivery(receiver="王" * 61, relation="head"), "receiver"),
        (Delivery(refused=True, refusal_reason="拒" * 501, witness_1="甲", witness_2="乙"), "refusal_reason"),
        (Delivery(receiver="王掌柜", relation="neighbour"), "relation"),
        (Delivery(method="pigeon", receiver="王掌柜", relation="head"), "method"),
        (Delivery(refused=True, witness_1="甲某", witness_2="乙某"), "refusal_reason"),
        (Delivery(refused=True, refusal_reason="拒签", witness_1="甲某"), "witness_2"),
        (Delivery(refused=True, refusal_reason="拒签", witness_2="乙某"), "witness_1"),
        (Delivery(refused=True, refusal_reason="拒签", witness_1="甲某", witness_2=" 甲某 "), "witness_2"),
        (Delivery(method="left"), "refusal_reason"),
        (Delivery(succeeded=False), "refusal_reason"),
    ],
)
def test_what_is_missing_is_said_at_its_field(delivery, field, paper, inspector_a):
    made = paper()
    with pytest.raises(RuleBroken) as refusal:
        serve(made, delivery, by=inspector_a)
    assert refusal.value.field == field and str(refusal.value)
    assert not Service.objects.exists()


def test_a_refusal_before_two_witnesses_serves(paper, inspector_a):
    made = paper()
    row = serve(made, REFUSED, by=inspector_a)
    assert row.refused and row.succeeded and made.served_at == at(plus(1))


def test_the_table_itself_refuses_one_witness_twice(paper, inspector_a):
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.create(
            document=paper(),
            refused=True,
            refusal_reason="拒签",
            witness_1="甲",
            witness_2="甲",
            served_at=at(),
            recorded_by=inspector_a,
            recorded_at=at(),
        )


def test_neither_before_the_paper_nor_in_the_future(paper, inspector_a):
    made = paper(moment=at(DAY, 10))
    for served_at, now in ((at(DAY, 9), at(DAY, 12)), (at(DAY, 13), at(DAY, 12))):
        with pytest.raises(RuleBroken) as refusal:
            services.serve(made, SIGNED, served_at=served_at, by=inspector_a, at=now)
        assert refusal.value.field == "served_at"
    # Pages know the minute only: the minute of the issue is not before it.
    exact = paper(moment=at(DAY, 10) + timedelta(seconds=40))
    assert services.serve(exact, SIGNED, served_at=at(DAY, 10), by=inspector_a, at=at(DAY, 11))


def test_a_public_notice_counts_after_thirty_days(paper, inspector_a):
    made = paper()
    notice = Delivery(method="notice")
    with pytest.raises(RuleBroken) as refusal:
        serve(made, notice, by=inspector_a, day=29)
    assert refusal.value.field == "served_at"
    assert serve(made, notice, by=inspector_a, day=30).method == "notice"


def test_void_papers_and_those_of_the_file_are_not_served(paper, inspector_a, office):
    made = paper()
    void(made, by=office, at=at(), reason="写错")
    with pytest.raises(RuleBroken) as refusal:
        serve(made, by=inspector_a)
    assert refusal.value.code == "void" and not made.awaits_service
    with pytest.raises(RuleBroken) as refusal:
        serve(paper(Form.MEETING), by=inspector_a)
    assert refusal.value.code == "not_served"


def test_who_serves(paper, clerk, officer_east, office, leader, auditor):
    made = paper()
    for person in (clerk, officer_east, office, leader, auditor):
        with pytest.raises(NotAllowed):
            serve(made, by=person)


def test_the_same_client_id_again_is_the_same_service(paper, inspector_a):
    made, key = paper(), uuid.uuid4()
    first = serve(made, by=inspector_a, client_id=key)
    assert serve(made, by=inspector_a, client_id=key) == first
    assert Service.objects.count() == 1


def test_it_is_append_only(paper, inspector_a):
    row = serve(paper(), by=inspector_a)
    with pytest.raises(InternalError), transaction.atomic():
        Service.objects.filter(pk=row.pk).update(receiver="别人")
    with pytest.raises(InternalError), transaction.atomic():
        Service.objects.filter(pk=row.pk).delete()


def test_an_app_above_may_object_and_is_told(paper, inspector_a, monkeypatch):
    told = []
    monkeypatch.setattr(guards, "before_serve", [lambda document, on: "不行" if on == plus(1) else ""])
    monkeypatch.setattr(guards, "after_serve", [lambda document, *, on, by, at: told.append(on)])
    made = paper()
    with pytest.raises(RuleBroken) as refusal:
        serve(made, by=inspector_a)
    assert (str(refusal.value), refusal.value.field) == ("不行", "served_at")
    serve(made, by=inspector_a, day=2)
    assert told == [plus(2)]


def test_three_working_days_to_serve(db):
    from datetime import date

    from reference.models import CalendarDay

    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    CalendarDay.objects.bulk_create(
        [CalendarDay(date=day, is_workday=day.weekday() < 5) for day in days], ignore_conflicts=True
    )
    CalendarDay.objects.filter(date=date(2026, 3, 12)).delete()
    CalendarDay.objects.create(date=date(2026, 3, 12), is_workday=False, note="假日")
    # Tue 10, Wed 11, (Thu 12 off), Fri 13, Mon 16.
    assert limits.serve_by(DAY, calendar()) == date(2026, 3, 16)


def test_the_page_records_it_with_a_photo_seen_by_those_who_see_the_paper(
    as_user, paper, inspector_a, officer_east, officer_west, media
):
    made = paper(moment=at(DAY, 10))
    browser = as_user(inspector_a)
    assert 'name="served_at"' in browser.get(f"/documents/{made.pk}/").content.decode()
    sent = {
        "outcome": "refused",
        "method": "left",
        "served_at": "2026-03-10T10:30",
        "refusal_reason": "拒绝签收",
        "witness_1": "李某",
        "witness_2": "赵某",
        "photo": picture(),
    }
    assert browser.post(f"/documents/{made.pk}/serve/", sent).status_code == 302
    shot = Service.objects.get().photos.get()
    assert browser.get(f"/documents/receipts/{shot.pk}/").status_code == 200
    assert as_user(officer_east).get(f"/documents/receipts/{shot.pk}/").status_code == 200
    west = as_user(officer_west)
    assert west.get(f"/documents/receipts/{shot.pk}/").status_code == 404
    assert west.post(f"/documents/{made.pk}/serve/", sent).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"served_at": "昨天"},
        {"served_at": ""},
        {"outcome": "perhaps"},
        {"method": "x"},
        {"receiver": "王" * 61},
        {"receiver": "a\x00b"},
        {"relation": "\udcff"},
    ],
)
def test_odd_input_on_the_page_is_answered(change, as_user, paper, inspector_a):
    made = paper()
    sent = {
        "outcome": "served",
        "method": "direct",
        "served_at": "2026-03-10T10:30",
        "receiver": "王掌柜",
        "relation": "head",
    }
    try:
        answer = as_user(inspector_a).post(f"/documents/{made.pk}/serve/", sent | change)
    except UnicodeEncodeError:  # the test client itself cannot send half a character
        return
    assert answer.status_code == 422 and not Service.objects.exists()


def test_a_picture_that_is_none(as_user, paper, inspector_a):
    made = paper()
    sent = {
        "outcome": "served",
        "method": "direct",
        "served_at": "2026-03-10T10:30",
        "receiver": "王掌柜",
        "relation": "head",
        "photo": SimpleUploadedFile("a.jpg", b"no picture"),
    }
    assert as_user(inspector_a).post(f"/documents/{made.pk}/serve/", sent).status_code == 422
    assert not Service.objects.exists() and Document.objects.get().served_at is None


def test_the_list_narrows_to_what_waits(as_user, paper, inspector_a):
    waits, done = paper(), paper()
    serve(done, by=inspector_a)
    browser = as_user(inspector_a)
    page = browser.get("/documents/?service=awaiting").content.decode()
    assert waits.number in page and done.number not in page
    page = browser.get("/documents/?service=served").content.decode()
    assert done.number in page and waits.number not in page
    assert browser.get("/documents/?service=x").status_code == 400


def test_the_api_reads_and_serves(api_as, paper, inspector_a, officer_east, officer_west):
    made = paper()
    url = f"/api/v1/documents/{made.pk}/"
    sent = {"served_at": "2026-03-11T10:00:00+08:00", "receiver": "王掌柜", "relation": "head"}
    assert api_as(officer_west).get(url).status_code == 404
    assert api_as(officer_east).post(f"{url}serve/", sent, format="json").status_code == 409
    chief = api_as(inspector_a)
    assert chief.post(f"{url}serve/", {}, format="json").status_code == 400
    assert chief.post(f"{url}serve/", [1], format="json").status_code == 400
    assert chief.post(f"{url}serve/", sent | {"receiver": {"a": 1}}, format="json").status_code == 400
    answer = chief.post(f"{url}serve/", sent, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["served_at"].startswith("2026-03-11T10:00")
    assert chief.post(f"{url}serve/", sent, format="json").json()["code"] == "already_done"
    assert chief.get("/api/v1/documents/?service=served").json()["count"] == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_at_once_one_serves(paper, inspector_a):
    made, done, refused = paper(), [], []

    def attempt():
        try:
            done.append(serve(Document.objects.get(pk=made.pk), by=inspector_a))
        except AlreadyDone:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(done), len(refused), Service.objects.count()) == (1, 3, 1)
