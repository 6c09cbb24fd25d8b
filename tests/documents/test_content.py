"""What the services freeze on a paper: articles, officers, people, and by what right the office issues it."""

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from accounts.models import Office
from common.errors import RuleBroken
from documents import typesetting
from documents.models import Document, Form
from rectification.services import meetings, orders, papers, suspensions
from tests import journeys
from tests.documents import reading
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def clause(catalogue):
    from reference.models import Clause

    made = Clause.objects.create(
        code="T-28", name="《消防法》第二十八条", name_en="Art. 28", law="消防法", article="28",
        text="不得占用、堵塞、封闭疏散通道", text_en="keep exits clear",
    )  # fmt: skip
    catalogue["exit"].clauses.add(made)
    return made


def test_a_notice_keeps_the_article_of_its_day(clause, case, inspector_a):
    document = journeys.order(case, by=inspector_a).document
    clause.name = "改过的条文"
    clause.save()
    (item,) = document.content["items"]
    assert item["clauses"] == [{"name": "《消防法》第二十八条", "text": "不得占用、堵塞、封闭疏散通道"}]
    assert document.content["officers"] == [{"name": "周安", "card": "冀消监〔2023〕011"}]
    said = reading.text(typesetting.pdf([document]))
    assert "《消防法》第二十八条" in said and "改正要求：不得占用、堵塞、封闭疏散通道" in said
    assert "改过的条文" not in said


def test_the_standing_words_are_frozen_with_the_paper(case, inspector_a, monkeypatch):
    from documents import wording

    document = journeys.order(case, by=inspector_a).document
    monkeypatch.setitem(wording.TITLE, Form.CORRECT_BY, "新样式")
    assert "责令限期改正通知书" in reading.text(typesetting.pdf([document]))


def test_the_articles_of_sixty_items_are_asked_for_once(clause, make_case, inspector_a):
    items = [orders.Item(make_case(), plus(15)) for _ in range(60)]
    with CaptureQueriesContext(connection) as asked:
        orders.issue(unit=items[0].case.unit, items=items, by=inspector_a, at=at())
    assert sum("reference_clause" in query["sql"] for query in asked) == 1


def test_listing_delisting_and_meeting_leave_their_papers(
    case, inspector_a, inspector_c, inspector_d, office, officer_east
):
    decision = meetings.determine(
        case, grade="major", clauses="GB 35181-2017 7.3.1", attendees=["周安", "吴平", "郑文"], held_on=DAY,
        conclusion="判定为重大火灾隐患", by=inspector_a, at=at(),
    )  # fmt: skip
    assert decision.document.number == "枣消议字〔2026〕第0001号"
    assert case.events.get(act="determine").document == decision.document
    listing = journeys.list_(case, by=office)
    assert listing.document.number == "枣消安办挂字〔2026〕第0001号"
    assert listing.document.content["leader_name"] == "刘副县长"
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=officer_east)
    journeys.review(case, officers=[inspector_c, inspector_d])
    case.refresh_from_db()
    listing.refresh_from_db()
    from rectification.services import listings

    down = listings.delist(listing, paper_number="枣政函〔2026〕9号", by=office, at=at(plus(6)))
    assert down.delisting_document.number == "枣消安办摘字〔2026〕第0001号"
    said = reading.text(typesetting.pdf([down.delisting_document]))
    assert "摘牌文号枣政函〔2026〕9号" in said and "整改销案日期2026年3月15日" in said


def test_an_order_on_a_major_hazard_is_the_notice_of_its_own(case, inspector_a):
    journeys.make_major(case, by=inspector_a)
    document = journeys.order(case, by=inspector_a).document
    assert document.number == "枣消重字〔2026〕第0001号"
    said = reading.text(typesetting.pdf([document]))
    assert "判定要素GB35181-20177.3.1" in said and "集体讨论日期2026年3月10日" in said
    assert "抄送：本级人民政府" in said


def test_a_refused_meeting_takes_no_number(case, inspector_a):
    with pytest.raises(RuleBroken):
        meetings.determine(
            case, grade="major", clauses="7.3.1", attendees=["周安", "吴平"], held_on=DAY, conclusion="是",
            by=inspector_a, at=at(),
        )  # fmt: skip
    assert not Document.objects.exists()


def test_who_has_no_office_lists_on_the_governments_letter_alone(case, inspector_a, make_person):
    journeys.make_major(case, by=inspector_a)
    alone = make_person("alone", "无所", "county_office", case.region_id[:6])
    listing = journeys.list_(case, by=alone)
    assert listing.document is None and listing.paper_number == "枣政函〔2026〕3号"


# --- by what right -----------------------------------------------------------------------------------
@pytest.fixture
def township(offices, brigade):
    """`township("delegated")`: the brigade's inspectors' office issues by that right."""

    def become(enforcement, **facts):
        agent = Office.objects.create(
            name="大营镇综合执法队", short_name="大综", kind="township", region=brigade.region,
            enforcement=enforcement, **facts,
        )  # fmt: skip
        return agent

    return become


@pytest.fixture
def serving(inspector_a, fresh):
    def serve(office):
        inspector_a.posts.update(office=office)
        return fresh(inspector_a)

    return serve


def test_by_delegation_the_paper_stands_in_the_brigades_name(case, township, serving, brigade):
    agent = township("delegated", principal=brigade, enforcement_basis="枣消委〔2025〕1号")
    document = journeys.order(case, by=serving(agent)).document
    assert document.number == "枣消限字〔2026〕第0001号"
    said = reading.text(typesetting.pdf([document]))
    assert "枣强县消防救援大队责令限期改正通知书" in said
    assert "由大营镇综合执法队受枣强县消防救援大队委托" in said and "枣消委〔2025〕1号" in said


def test_by_empowerment_it_stands_in_its_own(case, township, serving):
    document = journeys.order(
        case, by=serving(township("empowered", enforcement_basis="琼府〔2023〕2号"))
    ).document
    assert document.number == "大综限字〔2026〕第0001号"
    said = reading.text(typesetting.pdf([document]))
    assert "大营镇综合执法队责令限期改正通知书" in said and "依照赋权" in said


def test_who_may_only_advise_writes_no_order(case, unit, township, serving):
    person = serving(township("advice"))
    document = journeys.order(case, by=person).document
    assert (document.form, document.number) == (Form.ADVICE, "大综告字〔2026〕第0001号")
    said = reading.text(typesetting.pdf([document]))
    assert "火灾隐患整改督促告知书" in said and "不是行政执法文书" in said and "责令" not in said
    with pytest.raises(RuleBroken) as refusal:
        papers.issue(Form.SUSPENSION, unit=unit, by=person, at=at(), on=DAY, content={})
    assert refusal.value.code == "advice_only"


def test_a_delegation_names_who_delegates(township):
    with pytest.raises(IntegrityError):
        township("delegated")


def test_a_suspension_and_its_end_say_what_they_must(
    clause, case, unit, inspector_a, inspector_b, office, officer_east
):
    journeys.order(case, by=inspector_a)
    stop = suspensions.propose(unit, reason="违规住人", by=inspector_a, at=at(), cases=[case])
    stop = suspensions.decide(stop, by=office, at=at())
    assert "违反的规定" in reading.text(typesetting.pdf([stop.document]))
    check = suspensions.accept(
        stop,
        outcome="fail",
        note="仍住两人",
        officers=[inspector_a, inspector_b],
        by=inspector_a,
        at=at(plus(2)),
    )
    said = reading.text(typesetting.pdf([check.document]))
    assert "检查验收不合格" in said and f"停产停业决定书：{stop.document.number}" in said
    assert "吴平（证号：冀消监〔2023〕012）" in said
    journeys.submit(case, by=officer_east)
    journeys.review(case, officers=[inspector_a, inspector_b])
    suspensions.accept(
        stop,
        outcome="pass",
        note="已搬离",
        officers=[inspector_a, inspector_b],
        by=inspector_a,
        at=at(plus(6)),
    )
    stop = suspensions.lift(stop, by=office, at=at(plus(7)))
    said = reading.text(typesetting.pdf([stop.lifting_document]))
    assert "同意恢复生产、经营" in said and "验收日期：2026年3月16日" in said
