"""Handing over: one case or everything a person had in hand, to somebody who serves there, once, with a sheet."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.days import today
from common.errors import AlreadyDone, NotAllowed, RuleBroken, StaleForm
from hazards.models import CaseEvent, HazardCase
from notifications.models import Message
from rectification.models import HandOver, HandOverLine, LookBack
from rectification.services import handovers, instructions
from tests import journeys
from tests.cast import CITY, COUNTY, EAST, WEST
from tests.factories import at, plus

pytestmark = pytest.mark.django_db
MOMENT = at(plus(20))


@pytest.fixture
def two(make_case, make_unit, west_village):
    """A case in East and one in West, both of inspector A."""
    return [make_case(), make_case(unit=make_unit("恩察加油站", region=west_village))]


class Refusal:
    """pytest.raises that looks at the field as well, and has a sentence to show."""

    def __init__(self, error, field):
        self.raises, self.field = pytest.raises(error), field

    def __enter__(self):
        self.info = self.raises.__enter__()

    def __exit__(self, *error):
        caught = self.raises.__exit__(*error)
        assert self.info.value.field == self.field and str(self.info.value)
        return caught


def refused(error=RuleBroken, field=None):
    """A refusal at that field, or about the whole."""
    return Refusal(error, field)


class TestOneCase:
    def test_the_new_inspector_answers_and_both_are_told(self, case, inspector_a, inspector_b, office):
        event = handovers.hand_over(case, to=inspector_b, reason="调离岗位", by=office, at=MOMENT)
        assert (case.inspector, case.state) == (inspector_b, "registered")
        assert HazardCase.objects.get(pk=case.pk).inspector == inspector_b
        assert (event.act, event.by, event.reason) == ("hand_over", office, "调离岗位")
        assert event.data == {
            "from": inspector_a.pk, "from_name": "周安", "to": inspector_b.pk, "to_name": "吴平",
        }  # fmt: skip
        told = Message.objects.filter(about=f"case:{case.pk}").values_list("recipient__name", flat=True)
        assert sorted(told) == ["吴平", "周安"]

    def test_the_case_page_says_from_whom_to_whom(self, case, inspector_b, office, as_user):
        handovers.hand_over(case, to=inspector_b, reason="调离岗位", by=office, at=MOMENT)
        page = as_user(office).get(case.get_absolute_url()).content.decode()
        assert "周安 → 吴平" in page and "移交其他监督员承办" in page

    def test_an_inspector_hands_over_his_own_and_nobody_elses(
        self, case, inspector_a, inspector_b, inspector_c
    ):
        with refused(NotAllowed):
            handovers.hand_over(case, to=inspector_c, reason="代为移交", by=inspector_b, at=MOMENT)
        handovers.hand_over(case, to=inspector_c, reason="休产假", by=inspector_a, at=MOMENT)
        assert case.inspector == inspector_c

    def test_twice_is_said(self, case, inspector_b, office):
        handovers.hand_over(case, to=inspector_b, reason="调离岗位", by=office, at=MOMENT)
        with refused(AlreadyDone, "inspector"):
            handovers.hand_over(case, to=inspector_b, reason="调离岗位", by=office, at=MOMENT)
        assert case.events.filter(act="hand_over").count() == 1

    def test_not_to_oneself(self, case, inspector_a):
        with refused(AlreadyDone, "inspector"):
            handovers.hand_over(case, to=inspector_a, reason="移交", by=inspector_a, at=MOMENT)

    @pytest.mark.parametrize(
        ("role", "region"),
        [("inspector", WEST), ("inspector", "330802"), ("township_officer", EAST), (None, None)],
    )
    def test_only_to_an_inspector_of_the_place(self, case, office, make_person, role, region):
        other = make_person("other", "某人", role, region)
        with refused(RuleBroken, "inspector"):
            handovers.hand_over(case, to=other, reason="调离岗位", by=office, at=MOMENT)
        assert not case.events.filter(act="hand_over").exists()

    def test_not_to_somebody_who_left(self, case, office, inspector_b, inspector_c):
        inspector_b.posts.update(ends_on=plus(19))
        with refused(RuleBroken, "inspector"):
            handovers.hand_over(case, to=inspector_b, reason="调离岗位", by=office, at=MOMENT)
        inspector_c.is_active = False
        inspector_c.save()
        with refused(RuleBroken, "inspector"):
            handovers.hand_over(case, to=inspector_c, reason="调离岗位", by=office, at=MOMENT)

    def test_an_inspector_of_the_city_covers_the_county(self, case, office, make_person):
        above = make_person("above", "市监督员", "inspector", CITY)
        handovers.hand_over(case, to=above, reason="提级办理", by=office, at=MOMENT)
        assert case.inspector == above

    @pytest.mark.parametrize("state", ["closed", "transferred", "suspended", "void"])
    def test_not_when_it_stands_no_longer(self, state, case, cast):
        journeys.reach(case, state, cast)
        with refused(RuleBroken):
            handovers.hand_over(case, to=cast["inspector_b"], reason="调离岗位", by=cast["office"], at=MOMENT)

    @pytest.mark.parametrize("reason", ["", " ", "好"])
    def test_not_without_a_reason(self, case, office, inspector_b, reason):
        with refused(RuleBroken, "reason"):
            handovers.hand_over(case, to=inspector_b, reason=reason, by=office, at=MOMENT)

    def test_through_the_api(self, case, office, inspector_b, officer_east, api_as):
        url = f"/api/v1/cases/{case.pk}/hand-over/"
        send = {"inspector": "inspector_b", "reason": "调离岗位"}
        assert api_as(officer_east).post(url, send, format="json").status_code in {403, 409}
        assert api_as(office).post(url, send | {"inspector": "nobody"}, format="json").status_code == 400
        assert api_as(office).post(url, send, format="json").status_code == 200
        assert api_as(office).post(url, send, format="json").status_code == 409
        assert HazardCase.objects.get(pk=case.pk).inspector == inspector_b

    def test_it_is_offered_to_the_inspector_in_charge_and_the_office_alone(self, case, cast, api_as):
        offered = {
            who: "hand-over" in api_as(cast[who]).get(f"/api/v1/cases/{case.pk}/").json()["acts"]
            for who in ("inspector_a", "inspector_b", "office", "officer_east", "leader")
        }
        assert [who for who, yes in offered.items() if yes] == ["inspector_a", "office"]


class TestEverything:
    def test_cases_instructions_and_look_backs_on_one_sheet(
        self, two, make_case, inspector_a, inspector_b, office, leader
    ):
        asked = instructions.give(
            two[0], words="报告进度", addressee=inspector_a, due_on=plus(9), by=leader, at=at(plus(1))
        )
        closed = make_case(description="灭火器过期")
        journeys.order(closed, by=inspector_a)
        journeys.review(closed, officers=[inspector_a, inspector_b])
        owed = LookBack.objects.create(
            case=closed, round=1, why="draw", due_on=plus(60), made_at=MOMENT
        ) if not closed.look_backs.exists() else closed.look_backs.get()  # fmt: skip
        assert list(LookBack.objects.owed_by(inspector_a)) == [owed]

        sheet = handovers.hand_over_all(
            inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT,
            cases=two, instructions=[asked], look_backs=[owed],
        )  # fmt: skip
        assert (sheet.cases, sheet.instructions, sheet.look_backs, sheet.region_code) == (2, 1, 1, COUNTY)
        assert {case.inspector for case in HazardCase.objects.filter(pk__in=[one.pk for one in two])} == {
            inspector_b
        }
        asked.refresh_from_db()
        assert asked.addressee == inspector_b
        assert list(LookBack.objects.owed_by(inspector_b)) == [owed]
        assert not LookBack.objects.owed_by(inspector_a).exists()
        closed.refresh_from_db()
        assert closed.inspector == inspector_a  # who closed it stays on record
        assert sheet.lines.count() == 4
        events = CaseEvent.objects.filter(act="hand_over")
        assert {event.data["hand_over"] for event in events} == {sheet.pk} and len(events) == 2
        told = Message.objects.filter(about=f"hand_over:{sheet.pk}").order_by("pk")
        assert [message.recipient for message in told] == [inspector_b, inspector_a]
        assert "隐患2处、督办1件、回头看1件" in told[0].body

    def test_the_same_form_again_is_the_same_sheet(self, two, inspector_a, inspector_b, office):
        facts = {"to": inspector_b, "reason": "退休", "by": office, "at": MOMENT, "client_id": uuid.uuid4()}
        first = handovers.hand_over_all(inspector_a, cases=two, **facts)
        assert handovers.hand_over_all(inspector_a, cases=two, **facts) == first
        assert CaseEvent.objects.filter(act="hand_over").count() == 2

    def test_what_was_handed_over_meanwhile_stops_all(
        self, two, inspector_a, inspector_b, inspector_c, office
    ):
        handovers.hand_over(two[1], to=inspector_c, reason="先行移交", by=office, at=MOMENT)
        with refused(StaleForm):
            handovers.hand_over_all(
                inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT, cases=two
            )
        assert HazardCase.objects.get(pk=two[0].pk).inspector == inspector_a
        assert not HandOver.objects.exists()

    def test_a_successor_for_one_township_does_not_take_the_other(
        self, two, inspector_a, office, make_person
    ):
        local = make_person("local", "马屯监督员", "inspector", EAST)
        with refused(RuleBroken, "to"):
            handovers.hand_over_all(inspector_a, to=local, reason="退休", by=office, at=MOMENT, cases=two)
        sheet = handovers.hand_over_all(
            inspector_a, to=local, reason="退休", by=office, at=MOMENT, cases=two[:1]
        )
        assert sheet.region_code == "131121104201"

    def test_bad_wishes(
        self, two, inspector_a, inspector_b, office, officer_east, leader_quzhou, monkeypatch
    ):
        go = {"reason": "退休", "by": office, "at": MOMENT}
        with refused(RuleBroken, "to"):
            handovers.hand_over_all(inspector_a, to=inspector_a, cases=two, **go)
        with refused(RuleBroken, "which"):
            handovers.hand_over_all(inspector_a, to=inspector_b, **go)
        with refused(RuleBroken, "reason"):
            handovers.hand_over_all(inspector_a, to=inspector_b, cases=two, **go | {"reason": ""})
        for stranger in (officer_east, leader_quzhou, inspector_b):
            with refused(NotAllowed):
                handovers.hand_over_all(inspector_a, to=inspector_b, cases=two, **go | {"by": stranger})
        monkeypatch.setattr(handovers, "MOST", 1)
        with refused(RuleBroken, "which"):
            handovers.hand_over_all(inspector_a, to=inspector_b, cases=two, **go)
        assert not HandOver.objects.exists()

    def test_an_answered_instruction_is_not_handed_over(self, two, inspector_a, inspector_b, office, leader):
        asked = instructions.give(
            two[0], words="报告进度", addressee=inspector_a, due_on=plus(9), by=leader, at=at(plus(1))
        )
        instructions.reply(asked, words="已完成", by=inspector_a, at=at(plus(2)))
        with refused(StaleForm):
            handovers.hand_over_all(
                inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT, instructions=[asked]
            )

    def test_whoever_asked_does_not_answer_himself(self, two, inspector_a, office):
        asked = instructions.give(
            two[0], words="报告进度", addressee=inspector_a, due_on=plus(9), by=office, at=at(plus(1))
        )
        with refused(RuleBroken, "to"):
            handovers.hand_over_all(
                inspector_a, to=office, reason="退休", by=office, at=MOMENT, instructions=[asked]
            )

    def test_a_sheet_is_kept_as_it_was(self, two, inspector_a, inspector_b, office):
        sheet = handovers.hand_over_all(
            inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT, cases=two
        )
        for change in (
            lambda: HandOver.objects.update(reason="x"),
            lambda: HandOverLine.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        sheet.refresh_from_db()
        assert sheet.reason == "退休"

    def test_many_cost_few_statements(self, make_case, inspector_a, inspector_b, office, monkeypatch):
        cases = [make_case(description=f"第{n}处") for n in range(30)]
        monkeypatch.setattr(handovers, "BATCH", 10)
        with CaptureQueriesContext(connection) as asked:
            sheet = handovers.hand_over_all(
                inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT, cases=cases
            )
        updates = [one["sql"] for one in asked if one["sql"].startswith('UPDATE "hazards_hazardcase"')]
        assert len(updates) == 3  # one for each batch of ten, not one for each case
        assert (sheet.cases, sheet.lines.count()) == (30, 30)
        assert {case.version for case in HazardCase.objects.all()} == {case.version for case in cases} == {2}
        assert not HazardCase.objects.live().filter(inspector=inspector_a).exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_hand_over_once(two, inspector_a, inspector_b, inspector_c, office):
    """Two people press at the same moment with different successors: one sheet, one refusal, nothing in between."""
    outcomes = []

    def press(to):
        try:
            outcomes.append(
                handovers.hand_over_all(
                    inspector_a, to=to, reason="退休", by=office, at=MOMENT, cases=two
                ).to.pk
            )
        except StaleForm:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(to,)) for to in (inspector_b, inspector_c)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("stale") == 1 and HandOver.objects.count() == 1
    (winner,) = [one for one in outcomes if one != "stale"]
    assert set(HazardCase.objects.values_list("inspector_id", flat=True)) == {winner}


class TestPages:
    def url(self, person):
        return f"/hand-over/{person.pk}/"

    def send(self, **changes):
        return {
            "which": "all",
            "to": "inspector_b",
            "reason": "退休",
            "client_id": str(uuid.uuid4()),
        } | changes

    def test_all_by_the_office_and_the_sheet(self, two, inspector_a, inspector_b, office, as_user):
        client = as_user(office)
        page = client.get(self.url(inspector_a)).content.decode()
        assert two[0].number in page and two[1].number in page and "恩察镇" in page
        answer = client.post(self.url(inspector_a), self.send())
        sheet = HandOver.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/hand-over/sheets/{sheet.pk}/")
        paper = client.get(answer["Location"]).content.decode()
        assert "交接清单" in paper and "周安" in paper and "吴平" in paper and two[1].number in paper
        assert f"/hand-over/sheets/{sheet.pk}/" in client.get("/hand-over/").content.decode()

    def test_one_township_to_one_and_the_rest_to_another(
        self, two, inspector_a, inspector_b, inspector_c, office, as_user
    ):
        client = as_user(office)
        client.post(f"{self.url(inspector_a)}?township={WEST}", self.send())
        client.post(self.url(inspector_a), self.send(to="inspector_c"))
        found = {case.region_id[:9]: case.inspector.username for case in HazardCase.objects.all()}
        assert found == {EAST: "inspector_c", WEST: "inspector_b"}

    def test_those_ticked(self, two, inspector_a, inspector_b, office, as_user):
        sent = self.send(which="chosen", case=[str(two[1].pk), "x", "-1", "9" * 30])
        assert as_user(office).post(self.url(inspector_a), sent).status_code == 302
        assert HazardCase.objects.get(pk=two[0].pk).inspector == inspector_a
        assert HazardCase.objects.get(pk=two[1].pk).inspector == inspector_b

    @pytest.mark.parametrize(
        "changes",
        [
            {"to": ""}, {"to": "inspector_a"}, {"to": "nobody"}, {"to": "leader"}, {"reason": ""}, {"which": "none"},
            {"which": "chosen"}, {"which": "x"}, {"to": "officer_east"},
        ],
    )  # fmt: skip
    def test_bad_wishes_come_back_with_a_sentence(self, changes, two, cast, as_user):
        answer = as_user(cast["office"]).post(self.url(cast["inspector_a"]), self.send(**changes))
        assert answer.status_code == 422 and "field-error" in answer.content.decode()
        assert not HandOver.objects.exists()

    def test_an_inspector_sees_his_own_and_nobody_elses(self, two, inspector_a, inspector_b, as_user):
        client = as_user(inspector_a)
        assert client.get(self.url(inspector_b)).status_code == 404
        assert client.post(self.url(inspector_a), self.send()).status_code == 302
        assert HandOver.objects.get().by == inspector_a

    @pytest.mark.parametrize("who", ["officer_west", "leader_quzhou", "stranger", "auditor"])
    def test_others_find_nobody(self, who, two, cast, as_user):
        client = as_user(cast[who])
        assert client.get(self.url(cast["inspector_a"])).status_code == 404
        assert client.post(self.url(cast["inspector_a"]), self.send()).status_code == 404
        assert client.get("/hand-over/").status_code == 200

    def test_a_sheet_of_elsewhere_is_not_found(
        self, two, inspector_a, inspector_b, office, leader_quzhou, as_user
    ):
        sheet = handovers.hand_over_all(
            inspector_a, to=inspector_b, reason="退休", by=office, at=MOMENT, cases=two
        )
        assert as_user(leader_quzhou).get(sheet.get_absolute_url()).status_code == 404

    def test_bad_addresses(self, two, office, inspector_a, as_user):
        client = as_user(office)
        for query in ("township=x", "township=" + "1" * 400, "page=x", "township=%00"):
            assert client.get(f"{self.url(inspector_a)}?{query}").status_code == 200
        assert client.get("/hand-over/999999/").status_code == 404
        assert client.get("/hand-over/?q=%00周").status_code == 200

    def test_whoever_left_is_found_by_name(self, two, inspector_a, office, as_user):
        inspector_a.posts.update(ends_on=today() - timedelta(days=1))
        inspector_a.is_active = False
        inspector_a.save()
        page = as_user(office).get("/hand-over/?q=周安").content.decode()
        assert self.url(inspector_a) in page and "已不在岗" in page

    def test_the_account_page_says_what_is_left(self, two, inspector_a, admin_user, as_user):
        client = as_user(admin_user)
        page = f"/accounts/people/{inspector_a.pk}/"
        assert "2 处在办隐患" not in client.get(page).content.decode()
        client.post(f"/accounts/people/{inspector_a.pk}/lock/", {"act": "lock"})
        found = client.get(page).content.decode()
        assert "2 处在办隐患" in found and self.url(inspector_a) in found

    def test_the_worklist_of_the_office_counts_orphans(self, two, inspector_a, office, as_user):
        client = as_user(office)
        assert "无人承办的隐患" not in client.get("/rectification/approvals/").content.decode()
        inspector_a.posts.update(ends_on=today() - timedelta(days=1))
        page = client.get("/rectification/approvals/").content.decode()
        assert "无人承办的隐患" in page and "/cases/?orphan=true" in page


def test_the_api_filters_orphans(two, inspector_a, officer_west, office, api_as):
    client = api_as(office)
    assert client.get("/api/v1/cases/?orphan=true").json()["count"] == 0
    officer_west.posts.update(ends_on=today() - timedelta(days=1))
    found = client.get("/api/v1/cases/?orphan=true").json()
    assert [row["number"] for row in found["results"]] == [two[1].number]
    assert client.get("/api/v1/cases/?orphan=false").json()["count"] == 1
    assert client.get("/api/v1/cases/?orphan=x").status_code == 400


def test_cases_are_offered_to_inspectors_alone(two, inspector_a, inspector_b, office, officer_east, as_user):
    page = as_user(office).get(reverse("handovers:person", args=[inspector_a.pk]))
    offered = set(page.context["form"].fields["to"].queryset)
    assert inspector_b in offered
    assert not {office, officer_east} & offered
