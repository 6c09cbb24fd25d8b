"""A visit from its beginning to the last look before completing."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import InternalError, transaction

from common.errors import AlreadyDone, BadFile, NotAllowed, RuleBroken
from inspections import services
from inspections.models import Answer, Finding, Inspection, Kind, Photo, Status
from tests.factories import DAY, at, plus
from tests.inspections.conftest import fail, pass_all

pytestmark = pytest.mark.django_db


def codes(refused):
    return [mistake.code for mistake in refused.value.mistakes]


# --- begin


def test_beginning_freezes_the_questions(visit, checklists):
    assert visit.status == Status.DRAFT
    assert visit.checklist == checklists["general"]
    assert [row.question for row in visit.answers.all()] == [
        "第1项是否符合要求？",
        "第2项是否符合要求？",
        "第3项是否符合要求？",
        "第4项是否符合要求？",
    ]
    assert set(visit.answers.values_list("result", flat=True)) == {""}


def test_a_list_that_was_used_is_marked(visit, checklists):
    checklists["general"].refresh_from_db()
    assert checklists["general"].first_used_on == DAY


def test_a_patrol_asks_the_short_list(begin, officer_east):
    patrol = begin(kind=Kind.GRID, by=officer_east)
    assert patrol.answers.count() == 2


def test_beginning_twice_with_one_id_makes_one_visit(begin):
    one = uuid.uuid4()
    assert begin(client_id=one).pk == begin(client_id=one).pk
    assert Inspection.objects.count() == 1


def test_the_id_of_another_visit_is_refused(begin, make_unit):
    one = uuid.uuid4()
    begin(client_id=one)
    with pytest.raises(RuleBroken):
        begin(client_id=one, unit=make_unit("东风饭店", address="东风路2号"))


def test_the_team_keeps_the_card_numbers(visit):
    assert [(m.user.username, m.card_number) for m in visit.team.order_by("pk")] == [
        ("inspector_a", "冀消监〔2023〕011"),
        ("inspector_b", "冀消监〔2023〕012"),
    ]


def test_a_township_officer_begins_no_enforcement_record(begin, officer_east):
    with pytest.raises(NotAllowed):
        begin(by=officer_east)


def test_a_township_officer_of_west_makes_no_patrol_in_east(begin, officer_west):
    with pytest.raises(NotAllowed):
        begin(kind=Kind.GRID, by=officer_west)


def test_an_assistant_begins_nothing(begin, clerk, inspector_a):
    with pytest.raises(NotAllowed):
        begin(by=clerk, officers=[inspector_a])


def test_an_assistant_is_no_officer(begin, inspector_a, clerk):
    with pytest.raises(RuleBroken) as refused:
        begin(officers=[inspector_a, clerk])
    assert codes(refused) == ["no_card", "no_post"]
    assert Inspection.objects.count() == 0


def test_one_officer_twice_is_refused(begin, inspector_a):
    with pytest.raises(RuleBroken) as refused:
        begin(officers=[inspector_a, inspector_a])
    assert codes(refused) == ["officer_twice"]


def test_a_card_that_ran_out_the_day_before_does_not_count(begin, inspector_a, inspector_b):
    inspector_b.card_valid_to = date(2026, 3, 9)
    inspector_b.save()
    with pytest.raises(RuleBroken) as refused:
        begin(officers=[inspector_a, inspector_b])
    assert codes(refused) == ["no_card"]
    assert "吴平" in str(refused.value)


def test_a_card_that_runs_out_on_the_day_counts(begin, inspector_a, inspector_b):
    inspector_b.card_valid_to = DAY
    inspector_b.save()
    assert begin(officers=[inspector_a, inspector_b]).team.count() == 2


def test_an_inspector_of_another_county_is_refused(begin, inspector_a, make_person):
    far = make_person("far", "远人", "inspector", "330802", card="浙消监〔2023〕001")
    with pytest.raises(RuleBroken) as refused:
        begin(officers=[inspector_a, far])
    assert codes(refused) == ["no_post"]


def test_a_unit_off_the_register_is_not_inspected(begin, unit, office):
    from units.services import retire

    retire(unit, status="closed", by=office, on=DAY, reason="已停业")
    unit.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        begin(unit=unit)
    assert refused.value.code == "unit_retired"


# --- answers


def test_everything_passes_with_one_key(visit, inspector_a):
    assert services.answer_all_ok(visit, by=inspector_a) == 4
    assert set(visit.answers.values_list("result", flat=True)) == {"ok"}


def test_the_one_key_leaves_what_was_answered(visit, inspector_a):
    fail(visit, 2, inspector_a)
    assert services.answer_all_ok(visit, by=inspector_a) == 3
    assert visit.answers.get(number=2).result == "fail"


def test_a_failing_question_gets_its_finding_with_the_suggested_deadline(visit, inspector_a, catalogue):
    finding = fail(visit, 2, inspector_a)
    assert finding.category == catalogue["lodging"]
    assert finding.due_on == date(2026, 3, 25)


def test_failing_twice_makes_one_finding(visit, inspector_a):
    fail(visit, 2, inspector_a)
    fail(visit, 2, inspector_a)
    assert visit.findings.count() == 1


def test_a_blank_finding_goes_when_the_question_passes_after_all(visit, inspector_a):
    fail(visit, 2, inspector_a)
    services.answer(visit, visit.answers.get(number=2), "ok", by=inspector_a)
    assert visit.findings.count() == 0


def test_a_finding_with_words_keeps_its_question_failing(visit, inspector_a):
    finding = fail(visit, 2, inspector_a)
    services.change_finding(finding, description="车间二层住人", by=inspector_a)
    with pytest.raises(RuleBroken) as refused:
        services.answer(visit, visit.answers.get(number=2), "ok", by=inspector_a)
    assert refused.value.code == "has_finding"
    assert visit.answers.get(number=2).result == "fail"
    assert visit.findings.count() == 1


def test_a_fourth_answer_does_not_exist(visit, inspector_a):
    with pytest.raises(RuleBroken):
        services.answer(visit, visit.answers.get(number=1), "maybe", by=inspector_a)


def test_removing_a_finding_asks_its_question_again(visit, inspector_a):
    finding = fail(visit, 2, inspector_a)
    services.remove_finding(finding, by=inspector_a)
    assert visit.answers.get(number=2).result == ""


# --- findings


def test_a_finding_outside_the_list(visit, inspector_a, catalogue):
    finding = services.add_finding(
        visit, category=catalogue["lodging"], description="阁楼住人", due_on=plus(15), by=inspector_a
    )
    assert finding.answer is None
    assert finding.description == "阁楼住人"


def test_the_same_finding_sent_twice_is_one(visit, inspector_a, catalogue):
    one = uuid.uuid4()
    for _again in range(2):
        services.add_finding(visit, category=catalogue["exit"], client_id=one, by=inspector_a)
    assert visit.findings.count() == 1


def test_a_deadline_before_the_inspection_is_refused_at_its_field(visit, inspector_a, catalogue):
    with pytest.raises(RuleBroken) as refused:
        services.add_finding(visit, category=catalogue["exit"], due_on=plus(-1), by=inspector_a)
    assert refused.value.field == "due_on"
    assert visit.findings.count() == 0


def test_what_cannot_be_corrected_on_the_spot(visit, inspector_a, catalogue):
    with pytest.raises(RuleBroken) as refused:
        services.add_finding(visit, category=catalogue["lodging"], corrected_on_site=True, by=inspector_a)
    assert refused.value.field == "corrected_on_site"


def test_a_finding_removed_in_another_tab_says_so(visit, inspector_a):
    finding = fail(visit, 1, inspector_a)
    services.remove_finding(finding, by=inspector_a)
    with pytest.raises(AlreadyDone):
        services.change_finding(finding, description="x", by=inspector_a)


def test_a_stranger_does_not_touch_a_draft(visit, make_person, brigade):
    other = make_person("other", "旁人", "inspector", "131121", office=brigade, card="冀消监〔2023〕099")
    with pytest.raises(NotAllowed):
        services.answer_all_ok(visit, by=other)


def test_a_helper_on_the_team_fills_in_too(begin, clerk):
    visit = begin(assistants=[clerk])
    assert services.answer_all_ok(visit, by=clerk) == 4


# --- photos


def test_a_photo_sent_twice_is_kept_once(visit, inspector_a, picture, media):
    finding, one = fail(visit, 1, inspector_a), uuid.uuid4()
    first, new = services.attach_photo(
        finding, upload=picture(), by=inspector_a, at=at(DAY, 11), client_id=one
    )
    second, newer = services.attach_photo(
        finding, upload=picture(), by=inspector_a, at=at(DAY, 11), client_id=one
    )
    assert (first.pk, new, newer) == (second.pk, True, False)
    assert len(list(media.rglob("*.jpg"))) == 1


def test_what_is_no_picture_is_refused(visit, inspector_a, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    finding = fail(visit, 1, inspector_a)
    with pytest.raises(BadFile):
        services.attach_photo(
            finding, upload=SimpleUploadedFile("a.jpg", b"<html>"), by=inspector_a, at=at(DAY, 11)
        )
    assert Photo.objects.count() == 0


def test_a_photo_is_not_attached_to_a_visit_of_others(visit, inspector_a, office, picture, media):
    finding = fail(visit, 1, inspector_a)
    with pytest.raises(NotAllowed):
        services.attach_photo(finding, upload=picture(), by=office, at=at(DAY, 11))


def test_a_photo_keeps_the_question_failing(visit, inspector_a, picture, media):
    finding = fail(visit, 1, inspector_a)
    services.attach_photo(finding, upload=picture(), by=inspector_a, at=at(DAY, 11))
    with pytest.raises(RuleBroken):
        services.answer(visit, visit.answers.get(number=1), "na", by=inspector_a)


# --- discard


def test_a_draft_is_discarded_with_a_reason(visit, inspector_a):
    with pytest.raises(RuleBroken):
        services.discard(visit, by=inspector_a, reason=" ")
    services.discard(visit, by=inspector_a, reason="单位无人")
    visit.refresh_from_db()
    assert (visit.status, visit.discard_reason) == ("discarded", "单位无人")
    with pytest.raises(AlreadyDone):
        services.answer_all_ok(visit, by=inspector_a)


# --- the last look


def test_an_empty_draft_says_everything_that_is_missing(begin, inspector_a):
    visit = begin(officers=[inspector_a])
    with pytest.raises(RuleBroken) as refused:
        services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))
    assert codes(refused) == ["unanswered", "team_too_small"]


def test_a_filled_draft_passes(visit, inspector_a):
    finding = fail(visit, 2, inspector_a)
    services.change_finding(finding, description="车间二层住人", by=inspector_a)
    pass_all(visit, inspector_a)
    services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))


def test_a_finding_without_words_or_deadline_is_named(visit, inspector_a):
    finding = fail(visit, 2, inspector_a)
    services.change_finding(finding, due_on=None, by=inspector_a)
    pass_all(visit, inspector_a)
    with pytest.raises(RuleBroken) as refused:
        services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))
    assert codes(refused) == ["no_words", "no_deadline"]


def test_correcting_part_of_a_major_hazard_needs_a_photo(visit, inspector_a, picture, media):
    finding = fail(visit, 3, inspector_a)
    services.change_finding(
        finding, description="车辆已移走", corrected_on_site=True, due_on=None, by=inspector_a
    )
    pass_all(visit, inspector_a)
    with pytest.raises(RuleBroken) as refused:
        services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))
    assert codes(refused) == ["no_photo"]
    services.attach_photo(finding, upload=picture(), by=inspector_a, at=at(DAY, 11))
    services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))


def test_a_visit_in_the_future_is_not_completed(visit, inspector_a):
    pass_all(visit, inspector_a)
    with pytest.raises(RuleBroken) as refused:
        services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 9))
    assert codes(refused) == ["in_future"]


def test_a_deadline_that_a_draft_outlived_is_none(visit, inspector_a):
    finding = fail(visit, 1, inspector_a)
    services.change_finding(finding, description="锁闭", due_on=DAY, by=inspector_a)
    pass_all(visit, inspector_a)
    services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 23))
    with pytest.raises(RuleBroken) as refused:
        services.refuse_incomplete(visit, by=inspector_a, at=at(plus(1), 9))
    assert codes(refused) == ["deadline_too_early"]


def test_a_patrol_of_one_passes_without_deadlines(begin, officer_east):
    patrol = begin(kind=Kind.GRID, by=officer_east)
    finding = fail(patrol, 1, officer_east)
    assert finding.due_on is None
    services.change_finding(finding, description="安全出口堆放杂物", by=officer_east)
    pass_all(patrol, officer_east)
    services.refuse_incomplete(patrol, by=officer_east, at=at(DAY, 12))


def test_somebody_else_does_not_complete_it(visit, office, inspector_a):
    pass_all(visit, inspector_a)
    with pytest.raises(NotAllowed):
        services.refuse_incomplete(visit, by=office, at=at(DAY, 12))


def test_a_patrol_does_not_become_an_enforcement_record(begin, officer_east):
    patrol = begin(kind=Kind.GRID, by=officer_east)
    with pytest.raises(RuleBroken):
        services.set_details(patrol, kind=Kind.SPOT, by=officer_east)


def test_ending_before_the_beginning_is_refused(visit, inspector_a):
    with pytest.raises(RuleBroken) as refused:
        services.set_details(visit, ended_at=at(DAY, 9), by=inspector_a)
    assert refused.value.field == "ended_at"


# --- completed: locked by the database too


@pytest.fixture
def completed(visit, inspector_a):
    finding = fail(visit, 1, inspector_a)
    services.change_finding(finding, description="锁闭", by=inspector_a)
    pass_all(visit, inspector_a)
    Inspection.objects.filter(pk=visit.pk).update(
        status="completed", number="131121-J2026-000001", ended_at=at(DAY, 11), completed_at=at(DAY, 11)
    )
    visit.refresh_from_db()
    return visit


def test_answering_a_completed_visit_says_so(completed, inspector_a):
    with pytest.raises(AlreadyDone) as refused:
        services.answer_all_ok(completed, by=inspector_a)
    assert "131121-J2026-000001" in str(refused.value)
    assert "2026-03-10 11:00" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda visit: Inspection.objects.filter(pk=visit.pk).update(note="x"),
        lambda visit: Inspection.objects.filter(pk=visit.pk).update(status="draft"),
        lambda visit: Answer.objects.filter(inspection=visit).update(result="na"),
        lambda visit: Finding.objects.filter(inspection=visit).update(description="x"),
        lambda visit: Finding.objects.filter(inspection=visit).delete(),
        lambda visit: visit.team.all().delete(),
        lambda visit: visit.delete(),
    ],
)
def test_the_database_keeps_a_completed_visit_as_it_is(completed, change):
    with pytest.raises(InternalError), transaction.atomic():
        change(completed)


def test_to_a_visit_completed_on_the_page_no_photo_is_added(completed, inspector_a, picture, media):
    with pytest.raises(AlreadyDone):
        services.attach_photo(completed.findings.get(), upload=picture(), by=inspector_a, at=at(DAY, 12))
    assert list(media.rglob("*.jpg")) == []


# --- filed whole


@pytest.fixture
def whole(checklists, unit, inspector_a, inspector_b, catalogue):
    """`whole(client_id=...)`: what another program sends."""
    items = list(checklists["general"].items.order_by("number"))

    def file(**change):
        facts = {
            "by": inspector_a,
            "at": at(DAY, 12),
            "client_id": uuid.uuid4(),
            "unit": unit,
            "kind": "spot",
            "started_at": at(DAY, 10),
            "ended_at": at(DAY, 11),
            "officers": [inspector_a, inspector_b],
            "answers": [(item, "fail" if item.number == 2 else "ok") for item in items],
            "findings": [
                {
                    "client_id": uuid.uuid4(),
                    "category": catalogue["lodging"],
                    "description": "车间二层住人",
                    "part": "二层",
                    "corrected_on_site": False,
                    "due_on": plus(15),
                }
            ],
            "body_hash": "abc",
        }
        return services.file_whole(**(facts | change))

    return file


def test_a_whole_visit_is_one_draft(whole, inspector_a):
    visit, new = whole()
    assert new
    assert visit.findings.get().answer.number == 2
    services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))


def test_filing_whole_twice_writes_nothing_more(whole):
    one = uuid.uuid4()
    first, _new = whole(client_id=one)
    again, new = whole(client_id=one)
    assert (again.pk, new) == (first.pk, False)
    assert (Inspection.objects.count(), Finding.objects.count()) == (1, 1)


def test_the_same_id_with_other_contents_is_refused(whole):
    one = uuid.uuid4()
    whole(client_id=one)
    with pytest.raises(RuleBroken) as refused:
        whole(client_id=one, body_hash="other")
    assert refused.value.code == "client_id_used"


def test_a_whole_visit_with_a_bad_deadline_leaves_nothing(whole, catalogue):
    bad = {
        "client_id": uuid.uuid4(),
        "category": catalogue["lodging"],
        "description": "x",
        "part": "",
        "corrected_on_site": False,
        "due_on": plus(-1),
    }
    with pytest.raises(RuleBroken):
        whole(findings=[bad])
    assert Inspection.objects.count() == 0


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"started_at": at(DAY, 13), "ended_at": None}, "in_future"),
        ({"ended_at": at(DAY, 13)}, "in_future"),
        ({"ended_at": at(DAY, 9)}, "ends_before_start"),
    ],
)
def test_a_whole_visit_lies_in_the_past(whole, times, code):
    with pytest.raises(RuleBroken) as refused:
        whole(**times)
    assert refused.value.code == code
    assert Inspection.objects.count() == 0


def test_a_whole_visit_may_come_without_a_checklist(whole, inspector_a):
    visit, _new = whole(answers=[])
    assert visit.checklist is None
    services.refuse_incomplete(visit, by=inspector_a, at=at(DAY, 12))


def test_an_item_of_another_list_is_refused(whole, checklists):
    with pytest.raises(RuleBroken) as refused:
        whole(answers=[(checklists["grid"].items.first(), "ok")])
    assert refused.value.field == "answers"


def test_photos_of_a_whole_visit_may_follow_for_two_weeks(whole, inspector_a, picture, media):
    visit, _new = whole()
    Inspection.objects.filter(pk=visit.pk).update(
        status="completed", number="131121-J2026-000002", completed_at=at(DAY, 12)
    )
    finding = visit.findings.get()
    services.attach_photo(finding, upload=picture(), by=inspector_a, at=at(plus(14)))
    with pytest.raises(AlreadyDone):
        services.attach_photo(finding, upload=picture(), by=inspector_a, at=at(DAY) + timedelta(days=15))
    assert Photo.objects.count() == 1
