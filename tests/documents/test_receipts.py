"""送达回证: issued with the service it records, numbered without gaps, read back from every print."""

import io
import threading

import docx
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from common.errors import RuleBroken
from documents import services, typesetting, word
from documents.models import MUST_BE_SERVED, Document, Form, Service
from documents.services import Delivery, issue
from tests.documents import reading
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(inspector_a, east_village):
    def make(form=Form.CORRECT_BY, **more):
        unit = {"name": "兴旺百货店", "address": "张仓口村东街3号"}
        content = {"unit": unit, "office": "枣强县消防救援大队", "items": []} | more
        facts = {"body": "枣消", "region_id": east_village.code, "about": "兴旺百货店", "subject": "unit:7"}
        return issue(form=form, content=content, by=inspector_a, at=at(), **facts)

    return make


def serve(document, *, by, day=1, **delivery):
    facts = {"receiver": "王掌柜", "relation": "staff"} | delivery
    moment = at(plus(day), 15)
    return services.serve(document, Delivery(**facts), served_at=moment, by=by, at=moment)


REFUSED = {
    "method": "left", "refused": True, "refusal_reason": "称须请示总公司", "receiver": "", "relation": "",
    "witness_1": "赵六", "witness_2": "钱七",
}  # fmt: skip


def prints(made, browser) -> list[str]:
    """The text of the PDF, of the Word file and of the page."""
    file = docx.Document(io.BytesIO(word.docx(made)))
    typed = "".join(node.text or "" for node in file.element.iter() if node.tag.endswith("}t"))
    page = browser.get(made.get_absolute_url()).content.decode()
    return ["".join(said.split()) for said in (reading.text(typesetting.pdf([made])), typed, page)]


def test_the_receipt_names_paper_way_people_and_moment(paper, inspector_a, inspector_b, as_user):
    row = serve(paper(), by=inspector_a, colleague=inspector_b)
    made = row.receipt
    assert (made.form, made.number) == ("service", "枣消送字〔2026〕第0001号")
    assert (made.about, made.subject, made.region_id) == ("兴旺百货店", "unit:7", row.document.region_id)
    for said in prints(made, as_user(inspector_a)):
        for sentence in (
            "送达回证", "枣消送字〔2026〕第0001号", "责令限期改正通知书", "枣消限字〔2026〕第0001号",
            "兴旺百货店", "张仓口村东街3号", "直接送达", "2026年3月11日15时00分", "王掌柜",
            "负责收件的工作人员", inspector_a.name, inspector_a.card_number, inspector_b.name, inspector_b.card_number,
        ):  # fmt: skip
            assert sentence in said
        assert "拒收" not in said


def test_a_refusal_stands_with_its_reason_and_both_witnesses(paper, inspector_a, inspector_b, as_user):
    made = serve(paper(), by=inspector_a, colleague=inspector_b, **REFUSED).receipt
    for said in prints(made, as_user(inspector_a)):
        for sentence in ("留置送达", "见证人：赵六、钱七", "称须请示总公司"):
            assert sentence in said
        assert "王掌柜" not in said


def test_numbers_follow_the_services_and_a_failed_attempt_takes_none(paper, inspector_a):
    first, second = paper(), paper()
    assert serve(second, by=inspector_a, succeeded=False, refusal_reason="锁门").receipt is None
    assert serve(second, by=inspector_a).receipt.serial == 1
    with pytest.raises(RuntimeError), transaction.atomic():
        serve(first, by=inspector_a, day=2)
        raise RuntimeError
    assert serve(first, by=inspector_a, day=2).receipt.serial == 2
    assert list(Document.objects.filter(form="service").values_list("serial", flat=True)) == [2, 1]


def test_a_receipt_stays_in_the_file(paper, inspector_a):
    receipt = serve(paper(), by=inspector_a).receipt
    assert not receipt.awaits_service
    with pytest.raises(RuleBroken) as refusal:
        serve(receipt, by=inspector_a, day=2)
    assert refusal.value.code == "not_served"


@pytest.mark.parametrize("who", ["self", "without a card", "outsider"])
def test_the_second_officer_is_another_one_of_the_place_with_a_card(
    who, paper, inspector_a, inspector_b, officer_west
):
    other = {"self": inspector_a, "without a card": inspector_b, "outsider": officer_west}[who]
    if who == "without a card":
        other.card_valid_to = DAY
        other.save(update_fields=["card_valid_to"])
    if who == "outsider":
        other.card_number = "冀消监〔2023〕0999"
        other.save(update_fields=["card_number"])
    made = paper()
    with pytest.raises(RuleBroken) as refusal:
        serve(made, by=inspector_a, colleague=other)
    assert refusal.value.field == "colleague" and not Document.objects.filter(form="service").exists()
    made.refresh_from_db()
    assert made.served_at is None


def test_the_table_refuses_one_officer_twice_and_a_receipt_of_nothing(paper, inspector_a):
    made = paper()
    facts = {"served_at": at(), "recorded_by": inspector_a, "recorded_at": at(), "document": made}
    for wrong in (
        {"colleague": inspector_a},
        {"succeeded": False, "refusal_reason": "锁门", "receipt": made},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Service.objects.create(**facts | wrong)


def test_page_and_api_offer_and_take_the_second_officer(paper, inspector_a, inspector_b, as_user, api_as):
    first, second = paper(), paper()
    browser = as_user(inspector_a)
    assert inspector_b.card_number in browser.get(first.get_absolute_url()).content.decode()
    sent = {"outcome": "served", "method": "direct", "served_at": "2026-03-11T10:30", "receiver": "王掌柜",
            "relation": "head", "colleague": inspector_b.username}  # fmt: skip
    wrong = browser.post(f"/documents/{first.pk}/serve/", sent | {"colleague": "nobody"})
    assert wrong.status_code == 422 and not Service.objects.exists()
    assert browser.post(f"/documents/{first.pk}/serve/", sent).status_code == 302
    page = browser.get(first.get_absolute_url()).content.decode()
    assert "枣消送字〔2026〕第0001号" in page and inspector_b.name in page
    # The next form proposes the same colleague.
    assert (
        f'value="{inspector_b.username}" selected' in browser.get(second.get_absolute_url()).content.decode()
    )
    sent |= {"served_at": "2026-03-11T10:30:00+08:00"}
    answer = api_as(inspector_a).post(f"/api/v1/documents/{second.pk}/serve/", sent, format="json")
    (told,) = answer.json()["services"]
    assert (told["receipt"], told["colleague"]) == ("枣消送字〔2026〕第0002号", inspector_b.name)


def test_what_obliges_again_waits_for_service_and_what_binds_nobody_does_not(paper):
    assert Form.REVERSAL in MUST_BE_SERVED and Form.ADVICE not in MUST_BE_SERVED
    assert paper(Form.REVERSAL).awaits_service and not paper(Form.ADVICE).awaits_service
    assert [one.form for one in Document.objects.awaiting_service()] == ["reversal"]


@pytest.mark.django_db(transaction=True)
def test_four_papers_served_at_once_take_four_numbers(paper, inspector_a):
    made = [paper() for _ in range(4)]

    def attempt(one):
        try:
            serve(Document.objects.get(pk=one.pk), by=inspector_a)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[one]) for one in made]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(Document.objects.filter(form="service").values_list("serial", flat=True)) == [1, 2, 3, 4]
