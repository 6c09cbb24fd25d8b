"""Changing the ladder: by new versions alone, previewed, refused in words, never into silence, safe beside a run."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from common.days import today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification.chase import engine, rung_words, sample
from rectification.chase.realign import touched
from rectification.models import ChaseClaim, ChaseRun, Matter, Rung
from rectification.services import ladder as service
from tests.factories import at, plus
from tests.rectification.chasing import chased_case, full_ladder, ladder, next_look, posts, told  # noqa: F401

pytestmark = pytest.mark.django_db


def facts_of(rung, **changes):
    return {name: getattr(rung, name) for name in service.FACTS} | changes


def change(rung, *, by, day=10, **changes):
    """On 10 March, from the eleventh on unless said otherwise."""
    valid_from = changes.pop("valid_from", plus(1))
    return service.change(
        rung, facts=facts_of(rung, **changes), valid_from=valid_from, by=by, at=at(date(2026, 3, day))
    )


def test_a_change_is_a_new_version_and_the_old_one_ends_the_day_before(ladder, office):
    old = ladder["after-3"]
    new = change(
        old, by=office, offset=2, recipients=["township_head", "office"], valid_from=date(2026, 3, 16)
    )
    old.refresh_from_db()
    assert (old.offset, old.valid_to, old.ended_by) == (3, date(2026, 3, 15), office)
    assert (new.code, new.offset, new.valid_from, new.valid_to) == ("after-3", 2, date(2026, 3, 16), None)
    assert (new.changed_by, new.changed_at) == (office, at(plus(0)))


def test_the_new_version_is_what_the_chase_climbs_from_its_day_on(chased_case, ladder, office, head_east):
    """Due on Tuesday the 10th: three working days later is Friday the 13th, now it is told on Thursday."""
    case = chased_case(date(2026, 3, 10))
    engine.run(on=date(2026, 3, 10), at=at(date(2026, 3, 10), 8))
    change(ladder["after-3"], by=office, offset=2)
    for day in (11, 12, 13):
        engine.run(on=date(2026, 3, day), at=at(date(2026, 3, day), 8))
    assert [(code, on.day) for code, _cycle, on in told(case)] == [
        ("before-3", 10),
        ("after-1", 11),
        ("after-3", 12),
    ]


def test_a_new_rung_moves_the_next_day_of_what_climbs_it(chased_case, ladder, office):
    case = chased_case(date(2026, 3, 20))
    engine.run(on=plus(-1), at=at(plus(-1), 8))
    assert next_look(case) == date(2026, 3, 17)
    rung = service.add(
        code="before-5", facts=facts_of(ladder["before-3"], offset=-5), valid_from=plus(1), by=office, at=at()
    )
    assert (rung.valid_from, next_look(case)) == (plus(1), date(2026, 3, 13))


def test_the_end_of_a_rung_is_its_last_day(ladder, office):
    rung = service.end(ladder["after-7"], last_day=plus(0), by=office, at=at())
    assert (rung.valid_to, rung.ended_by, rung.ended_at) == (plus(0), office, at())


# --- what is refused ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipients": []}, "recipients"),
        ({"recipients": ["mayor"]}, "recipients"),
        ({"subject": "{who}：{unit}"}, "subject"),
        ({"body": "{unit"}, "body"),
        ({"body": "{unit.name}"}, "body"),
        ({"measure": "hours", "urgent": True}, "measure"),
        ({"clocks": ["C4"]}, "clocks"),
        ({"repeat_every": 0}, "repeat_every"),
        ({"offset": 99999}, "offset"),
        ({"grades": ["enormous"]}, "grades"),
        ({"name": ""}, "name"),
        ({"valid_from": plus(0)}, "valid_from"),
        ({"valid_from": plus(-30)}, "valid_from"),
        ({"valid_from": date.max}, "valid_from"),
    ],
)
def test_a_bad_rung_is_refused_at_its_field(changes, field, ladder, office):
    with pytest.raises(RuleBroken) as refused:
        change(ladder["after-3"], by=office, **changes)
    assert refused.value.field == field and str(refused.value)
    assert Rung.objects.filter(code="after-3").count() == 1


@pytest.mark.parametrize(
    ("code", "fact"), [("patrol-late", "number"), ("seal-over", "inspector"), ("unit-clock-late", "part")]
)
def test_a_unit_alone_has_no_facts_of_a_case(code, fact, full_ladder, office):
    with pytest.raises(RuleBroken) as refused:
        change(full_ladder[code], by=office, body="{unit} {" + fact + "}")
    assert refused.value.field == "body" and "{" + fact + "}" in str(refused.value)


def test_a_clock_of_cases_may_name_them(full_ladder, office):
    assert change(full_ladder["clock-late"], by=office, body="{number} {what}").pk


def test_hours_are_for_clocks_that_cannot_wait(full_ladder, office):
    with pytest.raises(RuleBroken) as refused:
        change(full_ladder["urgent-seal-6h"], by=office, urgent=False)
    assert refused.value.field == "urgent"
    assert change(full_ladder["urgent-seal-6h"], by=office, offset=-8).offset == -8


def test_nothing_is_said_before_the_waiting_begins(full_ladder, office):
    with pytest.raises(RuleBroken) as refused:
        change(full_ladder["extension-1"], by=office, offset=-1)
    assert refused.value.field == "offset"


def test_two_versions_never_overlap(ladder, office):
    first = change(ladder["after-3"], by=office, valid_from=date(2026, 3, 20))
    with pytest.raises(RuleBroken) as refused:
        change(first, by=office, valid_from=date(2026, 3, 20))
    assert refused.value.field == "valid_from"
    Rung.objects.filter(pk=ladder["after-7"].pk).update(valid_to=date(2026, 4, 30))
    later = Rung.objects.get(pk=ladder["after-7"].pk)
    later.pk, later.valid_from, later.valid_to = None, date(2026, 5, 1), None
    later.save()
    with pytest.raises(AlreadyDone):
        change(ladder["after-7"], by=office, valid_from=date(2026, 6, 1))


def test_a_short_name_is_used_once(ladder, office):
    with pytest.raises(RuleBroken) as refused:
        service.add(code="after-3", facts=facts_of(ladder["after-3"]), valid_from=plus(1), by=office, at=at())
    assert refused.value.field == "code"


@pytest.mark.parametrize("code", ["", " ", "a/b", "十五天", "x" * 25])
def test_a_short_name_fits_into_an_address(code, ladder, office, as_user):
    with pytest.raises(RuleBroken) as refused:
        service.add(code=code, facts=facts_of(ladder["after-3"]), valid_from=plus(1), by=office, at=at())
    assert refused.value.field == "code"
    typed_in = typed(ladder["after-3"], code=code)
    answer = as_user(office).post(reverse("rectification:rung-add"), typed_in)
    # The form makes one where none is given.
    assert answer.status_code == (422 if code.strip() else 200)


def test_an_end_that_is_no_end(ladder, office):
    with pytest.raises(RuleBroken) as refused:
        service.end(ladder["after-7"], last_day=date.max, by=office, at=at())
    assert refused.value.field == "last_day"


def test_somebody_saved_another_version_meanwhile(ladder, office):
    stale = Rung.objects.get(code="after-3")
    change(ladder["after-3"], by=office, offset=2)
    with pytest.raises(AlreadyDone):
        change(stale, by=office, offset=4)
    with pytest.raises(AlreadyDone):
        service.end(stale, last_day=plus(3), by=office, at=at())


def test_who_may(ladder, officer_east, leader):
    for person in (officer_east, leader):
        with pytest.raises(NotAllowed):
            change(ladder["after-3"], by=person, offset=2)


# --- never silent -------------------------------------------------------------------------------------------
def test_the_last_rung_that_comes_again_stays(ladder, office):
    again = ladder["again-5"]
    with translation.override("zh-hans"), pytest.raises(RuleBroken) as refused:
        service.end(again, last_day=plus(5), by=office, at=at())
    assert str(refused.value) == "整改期限（一般隐患）将不再有人催办：请至少保留一级每隔若干工作日再次催办。"
    with pytest.raises(RuleBroken) as refused:
        change(again, by=office, repeat_every=None)
    assert refused.value.field == "repeat_every"
    with pytest.raises(RuleBroken):
        change(again, by=office, grades=["major"])
    with pytest.raises(RuleBroken):
        change(again, by=office, recipients=["owner"])
    assert change(again, by=office, repeat_every=3).repeat_every == 3


def test_where_another_one_comes_again_it_may_go(ladder, office):
    service.add(
        code="again-2",
        facts=facts_of(ladder["again-5"], repeat_every=2),
        valid_from=plus(1),
        by=office,
        at=at(),
    )
    assert service.end(ladder["again-5"], last_day=plus(5), by=office, at=at()).valid_to == plus(5)


def test_the_other_one_must_be_there_on_every_day(ladder, office):
    service.add(
        code="again-2",
        facts=facts_of(ladder["again-5"], repeat_every=2),
        valid_from=plus(9),
        by=office,
        at=at(),
    )
    with pytest.raises(RuleBroken):
        service.end(ladder["again-5"], last_day=plus(5), by=office, at=at())
    assert service.end(ladder["again-5"], last_day=plus(8), by=office, at=at()).valid_to == plus(8)


@pytest.mark.parametrize(
    "code", ["seal-over", "urgent-seal-over", "clock-late", "patrol-late", "orphan", "lookback-late"]
)
def test_each_kind_keeps_its_voice(code, full_ladder, office):
    with pytest.raises(RuleBroken):
        service.end(full_ladder[code], last_day=plus(5), by=office, at=at())


# --- beside a run -------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_ladder_saved_while_the_chase_runs_is_refused_and_the_run_goes_on(chased_case, ladder, office):
    """A second connection holds the place of a run, as a run does; then it is given back."""
    chased_case(date(2026, 3, 10))
    at_work, may_end = threading.Event(), threading.Event()

    def busy():
        with engine.alone("morning") as is_alone:
            assert is_alone
            at_work.set()
            may_end.wait(20)
        connection.close()

    worker = threading.Thread(target=busy)
    worker.start()
    assert at_work.wait(20)
    try:
        with pytest.raises(RuleBroken) as refused:
            change(ladder["after-3"], by=office, offset=2)
        assert refused.value.code == "busy"
        assert Rung.objects.filter(code="after-3").count() == 1
    finally:
        may_end.set()
        worker.join()
    assert change(ladder["after-3"], by=office, offset=2).pk
    engine.run(on=date(2026, 3, 11), at=at(date(2026, 3, 11), 8))
    assert ChaseRun.objects.finished().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_so(ladder, office):
    outcomes = []

    def save():
        try:
            change(Rung.objects.get(pk=ladder["after-3"].pk), by=office, offset=2)
            outcomes.append("saved")
        except AlreadyDone:
            outcomes.append("too late")
        connection.close()

    threads = [threading.Thread(target=save) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "too late"]
    assert Rung.objects.filter(code="after-3").count() == 2


def test_a_clock_of_hours_is_looked_at_anew(full_ladder, office, unit):
    """The rung six hours before the end becomes one eight hours before; the next look is not left where it was."""
    ends = at(plus(3), 20)
    facts = {
        "unit": unit,
        "region": unit.region,
        "code": "C10",
        "title": "集体研究",
        "due_on": plus(3),
        "due_at": ends,
    }
    matter = Matter.objects.create(watched="clock", subject=1, next_at=at(plus(3), 14), **facts)
    other = Matter.objects.create(
        watched="clock", subject=2, next_at=at(plus(3), 14), **{**facts, "code": "C9"}
    )
    change(full_ladder["urgent-seal-6h"], by=office, offset=-8)
    matter.refresh_from_db()
    other.refresh_from_db()
    assert (matter.next_at, other.next_at) == (at(plus(0)), at(plus(3), 14))
    engine.run_hourly(at=at(plus(3), 12))
    assert ChaseClaim.objects.filter(watched="clock", subject=1, rung__offset=-8).exists()


# --- the words and the preview -------------------------------------------------------------------------------
def test_a_rung_is_read_as_a_sentence(full_ladder):
    with translation.override("zh-hans"):
        words = {code: rung_words.Spoken(rung, plus(0)).sentence for code, rung in full_ladder.items()}
    assert words["before-3"] == "到期前3个工作日 → 乡镇（街道）消防专干、承办监督员 · 消息"
    assert (
        words["again-5"] == "到期后12个工作日 → 县领导、乡镇长、乡镇（街道）消防专干 · 消息 · 每5个工作日再次"
    )
    assert words["urgent-seal-6h"].startswith("届满前6小时 → 承办人、")
    assert "建议：挂牌督办" in words["major-after-1"]


def test_touched_counts_what_climbs_before_and_after(chased_case, make_unit, ladder):
    chased_case(date(2026, 3, 10))
    chased_case(date(2026, 3, 12), unit=make_unit("第二家"))
    found = touched(ladder["after-3"], Rung(**facts_of(ladder["after-3"], grades=["major"])))
    assert (found.before, found.after) == (2, 0)


def test_the_sample_is_a_real_letter(chased_case, ladder, office, head_east, officer_east):
    case = chased_case(date(2026, 3, 10))
    draft = Rung(
        **facts_of(ladder["after-3"], subject="{when}：{unit}", body="{number} {township} {due_on} {days}")
    )
    letter = sample.letter_for(draft, office, on=date(2026, 3, 15), at=at(date(2026, 3, 15)))
    assert letter.subject == "逾期 5 天：兴旺百货店"
    assert letter.body == f"{case.number} 马屯镇 2026年3月10日 5"
    reached, nobody = sample.reached_by(draft, date(2026, 3, 15))
    assert ([one.person for one in reached], nobody) == ([head_east], 0)


def test_the_sample_says_what_the_chase_says(chased_case, ladder, office, head_east):
    """The same rung, once by hand and once by the database."""
    from notifications.models import Message

    chased_case(date(2026, 3, 10))
    engine.run(on=date(2026, 3, 13), at=at(date(2026, 3, 13), 8))
    letter = sample.letter_for(ladder["after-3"], office, on=date(2026, 3, 13), at=at(date(2026, 3, 13), 8))
    sent = Message.objects.get(recipient=head_east)
    assert (sent.subject, sent.body) == (letter.subject, letter.body)


# --- the pages ----------------------------------------------------------------------------------------------
def typed(rung, **changes):
    found = {name: value for name, value in facts_of(rung).items() if value not in (None, [], "", False)}
    return found | {"valid_from": (today() + timedelta(days=1)).isoformat()} | changes


def test_nothing_is_saved_before_it_was_previewed(chased_case, ladder, office, head_east, as_user):
    chased_case(date(2026, 3, 10))
    address = reverse("rectification:rung-change", args=[ladder["after-3"].pk])
    client = as_user(office)
    first = client.post(address, typed(ladder["after-3"], offset=4, save="1"))
    assert first.status_code == 200 and Rung.objects.filter(code="after-3").count() == 1
    page = first.content.decode()
    assert "保存前请核对" in page and "兴旺百货店" in page and "东镇长" in page
    mark = first.context["preview"]["mark"]
    changed = client.post(address, typed(ladder["after-3"], offset=5, save="1", seen=mark))
    assert changed.status_code == 200 and Rung.objects.filter(code="after-3").count() == 1
    answer = client.post(address, typed(ladder["after-3"], offset=4, save="1", seen=mark))
    assert answer.status_code == 302
    assert Rung.objects.get(code="after-3", valid_to=None).offset == 4
    history = client.get(reverse("rectification:rung", args=["after-3"])).content.decode()
    assert "安办主任" in history and "到期后4个工作日" in history and "到期后3个工作日" in history


def test_a_refused_rung_comes_back_filled_with_its_sentence(ladder, office, as_user):
    address = reverse("rectification:rung-change", args=[ladder["again-5"].pk])
    answer = as_user(office).post(address, typed(ladder["again-5"], repeat_every="", name="改名", save="1"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "将不再有人催办" in page and "改名" in page


def test_a_new_rung_by_its_page(ladder, office, as_user):
    client, address = as_user(office), reverse("rectification:rung-add")
    assert client.get(address).status_code == 200
    facts = typed(ladder["after-3"], code="after-15", offset=15)
    mark = client.post(address, facts).context["preview"]["mark"]
    assert client.post(address, {**facts, "save": "1", "seen": mark}).status_code == 302
    assert Rung.objects.get(code="after-15").changed_by == office
    assert client.post(address, {}).status_code == 422


def test_a_stale_form_says_so(ladder, office, as_user):
    old = ladder["after-3"]
    service.change(
        old, facts=facts_of(old, offset=2), valid_from=today() + timedelta(days=1), by=office, at=at(today())
    )
    answer = as_user(office).post(reverse("rectification:rung-change", args=[old.pk]), typed(old, offset=4))
    assert answer.status_code == 422 and "已被他人修改或者终止" in answer.content.decode()


def test_ending_by_its_page(ladder, office, as_user):
    address = reverse("rectification:rung-end", args=[ladder["after-7"].pk])
    assert as_user(office).get(address).status_code == 200
    assert as_user(office).post(address, {"last_day": "2020-01-01"}).status_code == 422
    assert as_user(office).post(address, {"last_day": today().isoformat()}).status_code == 302


@pytest.mark.parametrize("name", ["ladder", "rung-add"])
def test_the_ladder_is_for_those_who_may_change_it(name, ladder, officer_east, leader, office, as_user):
    address = reverse(f"rectification:{name}")
    assert as_user(officer_east).get(address).status_code == 403
    assert as_user(leader).get(address).status_code == 403
    assert as_user(office).get(address).status_code == 200
    assert as_user(office).get(reverse("rectification:rung", args=["no-such"])).status_code == 404


def test_what_the_page_hides_is_not_asked_for(ladder, office, as_user):
    """Hidden fields are not sent: hours are a question of clocks alone."""
    facts = typed(ladder["after-3"], name="逾期十五个工作日", offset=15)
    del facts["measure"]
    answer = as_user(office).post(reverse("rectification:rung-add"), facts)
    assert answer.status_code == 200
    draft = answer.context["form"].draft
    assert (draft.measure, draft.code) == ("working_days", "deadline-15")


def test_a_rung_is_read_in_words(full_ladder, office, as_user):
    page = as_user(office).get(reverse("rectification:rung", args=["after-3"])).content.decode()
    assert "〔单位名称〕" in page and "{unit}" not in page
    page = as_user(office).get(reverse("rectification:ladder")).content.decode()
    assert "after-3<" not in page and "C10" not in page
