"""The outbox: said once, brought until it arrives, and never silently lost."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection, connections

from notifications import services
from notifications.gateways.email import Email
from notifications.gateways.outcome import LineDown, Never
from notifications.models import Delivery, Line, Message
from notifications.services import delivering

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
EMAIL = Delivery.Channel.EMAIL


@pytest.fixture
def say(officer_east):
    def post(key="k1", recipient=None, **more):
        facts = {
            "kind": "reminder",
            "subject": "隐患即将到期",
            "body": "3 日内到期",
            "link": "/cases/1/",
        } | more
        return services.post(recipient=recipient or officer_east, key=key, on=NOW.date(), **facts)

    return post


def due():
    """Rows are due from when the database wrote them; the tests live in March 2025."""
    Delivery.objects.update(next_attempt_at=NOW - timedelta(minutes=1))


def email_state(message):
    delivery = message.deliveries.get(channel=EMAIL)
    return delivery.state, delivery.attempts


def run(now=NOW):
    return services.deliver_due(now=now)


def test_the_same_key_says_it_once(say):
    assert say().pk == say(subject="other words").pk
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 2
    assert Message.objects.get().subject == "隐患即将到期"


def test_a_letter_arrives_with_its_link(say, settings):
    settings.PUBLIC_URL = "https://xiaohuan.example"
    message = say()
    due()
    assert run() == {"in_app": 0, "claimed": 1, "sent": 1}
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["officer_east@example.test"], "隐患即将到期")
    assert letter.body == "3 日内到期\n\nhttps://xiaohuan.example/cases/1/"
    assert email_state(message) == ("sent", 1)


def test_a_second_run_sends_nothing_more(say):
    say()
    due()
    run()
    assert run()["in_app"] == 0
    assert len(mail.outbox) == 1


def test_a_subject_cannot_smuggle_a_header(say):
    say(subject="到期\r\nBcc: everybody@example.test")
    due()
    run()
    assert mail.outbox[0].subject == "到期 Bcc: everybody@example.test"


def test_one_bad_address_stops_nobody(say, officer_west, head_east, monkeypatch):
    def send(self, parcel):
        if parcel.email == officer_west.email:
            raise Never("smtp-550", "550 unknown")
        sent.append(parcel.email)

    sent = []
    monkeypatch.setattr(Email, "send", send)
    messages = [say(f"k{n}", person) for n, person in enumerate([officer_west, head_east])]
    due()
    counts = run()
    assert sent == ["head_east@example.test"]
    assert (counts["sent"], counts["dead"]) == (1, 1)
    assert email_state(messages[0]) == ("dead", 1)
    assert "550" in messages[0].deliveries.get(channel=EMAIL).last_error


def test_an_address_lost_after_posting_is_said_and_the_inbox_has_it(say, officer_east):
    message = say()
    officer_east.email = ""
    officer_east.save()
    due()
    run()
    assert email_state(message) == ("impossible", 0)
    assert message.deliveries.get(channel="in_app").state == "sent"


def test_the_eighth_failure_is_the_last(say, monkeypatch):
    def send(self, parcel):
        raise ValueError("nobody foresaw this")

    monkeypatch.setattr(Email, "send", send)
    message = say()
    for attempt in range(1, 9):
        due()
        run()
        assert email_state(message) == ("dead" if attempt == 8 else "failed", attempt)
    due()
    assert run() == {"in_app": 0}


def test_a_dead_mail_server_ages_no_letter(say, monkeypatch):
    def refuse(self):
        raise LineDown("smtp-down", "The mail server does not answer.")

    message = say()
    due()
    at = NOW
    with monkeypatch.context() as patch:
        patch.setattr(Email, "open", refuse)
        for _n in range(20):
            assert run(at)["put_off"] == 1
            assert run(at + timedelta(seconds=1)) == {"in_app": 0}
            at += timedelta(minutes=11)
    assert email_state(message)[1] == 0
    assert run(at)["sent"] == 1
    assert not Line.objects.filter(failures__gt=0).exists()


def test_a_worker_that_died_loses_nothing(say, monkeypatch):
    def die(self, parcel):
        raise KeyboardInterrupt

    say()
    due()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Email, "send", die)
        run()
    assert run(NOW + timedelta(minutes=4)) == {"in_app": 0}
    assert run(NOW + timedelta(minutes=6))["sent"] == 1


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 1.5, 2.5), (3, 6, 10), (7, 96, 160), (20, 270, 450)]
)
def test_the_wait_doubles_up_to_six_hours_with_a_quarter_of_chance(attempts, least, most):
    waits = {services.wait_after(attempts) for _n in range(50)}
    assert len(waits) > 1
    assert all(timedelta(minutes=least) <= wait <= timedelta(minutes=most) for wait in waits)


def test_more_than_a_batch_is_brought_in_one_run(say, monkeypatch):
    monkeypatch.setattr(delivering, "BATCH", 3)
    for n in range(7):
        say(f"k{n}")
    due()
    assert run()["sent"] == 7


def test_a_stuck_letter_may_start_afresh_once(say, make_person):
    person = make_person("noaddress", "无邮", email="")
    message = say(recipient=person)
    letter = message.deliveries.get(channel=EMAIL)
    assert not services.retry_dead(letter, now=NOW)
    person.email = "now@example.test"
    person.save()
    assert services.retry_dead(letter, now=NOW)
    assert not services.retry_dead(letter, now=NOW)
    assert run()["sent"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_send_nothing_twice(say, monkeypatch):
    monkeypatch.setattr(delivering, "BATCH", 4)
    for n in range(24):
        say(f"k{n}")
    due()
    start = threading.Barrier(2)

    def work():
        try:
            start.wait()
            run()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mail.outbox) == 24
    assert Delivery.objects.filter(channel=EMAIL, state="sent", attempts=1).count() == 24


def test_rows_may_be_written_by_sql_alone(officer_east):
    """As the chase does: everything that a plain row needs has a default in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO notifications_message (recipient_id, kind, subject, key, "on")'
            " VALUES (%s, 'reminder', '到期', 'sql-1', '2025-03-03') RETURNING id",
            [officer_east.pk],
        )
        cursor.execute(
            "INSERT INTO notifications_delivery (message_id, channel) VALUES (%s, 'email')", cursor.fetchone()
        )
    due()
    assert run()["sent"] == 1


def test_the_task_says_what_it_did(say):
    from notifications.tasks import deliver

    say()
    assert deliver()["sent"] == 1
