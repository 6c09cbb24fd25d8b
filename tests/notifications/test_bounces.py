"""Letters that the mail server took and that came back later: by a pipe, by POP3 and by IMAP, from all hands."""

import io
import json
import sys
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import translation

from devtools.management.commands import doctor
from notifications import services, tasks
from notifications.models import Delivery
from notifications.reports import LARGEST
from notifications.services import Letter, bounces, post_many
from tests.notifications import mailboxes, returned, sinks

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DEAD = "/inbox/dead/"


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()


@pytest.fixture
def letter(officer_east):
    """`letter("m1")`: a delivery by e-mail that the mail server took at NOW."""

    def make(key="m1", **facts):
        said = Letter(
            recipient_id=officer_east.pk, kind="x", subject="到期", key=key, on=date(2025, 3, 3),
            must=("email",), may=(),
        )  # fmt: skip
        post_many([said], now=NOW)
        rows = Delivery.objects.filter(message__key=key)
        rows.update(**{"state": "sent", "attempts": 1, "sent_at": NOW} | facts)
        return rows.get()

    return make


def id_of(row) -> str:
    return f"<{row.token}@xiaohuan.county.example>"


def state(row):
    row.refresh_from_db()
    return row.state, row.fault


def pipe(mail: bytes, *arguments):
    """What a mail server sees that pipes a mail to the command: what is printed, and the exit code."""
    out, code = io.StringIO(), 0
    with mock.patch.object(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mail), isatty=lambda: False)):
        try:
            call_command("read_bounces", *arguments, stdout=out)
        except CommandError as error:
            code = error.returncode
    return out.getvalue(), code


# --- by a pipe -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "fault", "words"),
    [
        (
            returned.postfix,
            "bounced-5.1.1",
            "邮件服务器接收后又退回（5.1.1）：收件地址不存在。 "
            "550 5.1.1 <ma@east.example>: Recipient address rejected: User unknown",
        ),
        (
            returned.exchange,
            "bounced-5.2.2",
            "邮件服务器接收后又退回（5.2.2）：收件邮箱已满。 "
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
        ),
        (
            returned.coremail,
            "bounced-5.0.0",
            "邮件服务器接收后又退回（5.0.0）：对方邮件服务器未说明具体原因。 550 用户不存在",
        ),
        (
            returned.encoded,
            "bounced-5.7.1",
            "邮件服务器接收后又退回（5.7.1）：被对方邮件服务器作为垃圾邮件或按其规则拒收。 554 疑似垃圾邮件",
        ),
    ],
)
def test_a_letter_that_came_back_is_a_dead_one_and_says_why(letter, mail, fault, words):
    row, other = letter("m1"), letter("m2")
    assert pipe(mail(id_of(row))) == ('{"bounced": 1}\n', 0)
    assert state(row) == ("dead", fault)
    assert (row.last_error, row.sent_at, row.attempts) == (words, None, 1)
    assert state(other) == ("sent", "")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.2", "收件地址不存在。"),
        ("5.1.8", "发件地址未被接受。"),
        ("5.2.1", "收件邮箱已关闭或被锁定。"),
        ("5.2.3", "邮件超过收件邮箱允许的大小。"),
        ("5.2.9", "收件邮箱不接收此邮件。"),
        ("5.3.4", "邮件超过对方服务器允许的大小。"),
        ("5.3.0", "对方邮件服务器无法接收邮件。"),
        ("4.4.7", "无法连接对方邮件服务器。"),
        ("5.7.26", "被对方邮件服务器作为垃圾邮件或按其规则拒收。"),
        ("5.6.1", "对方邮件服务器未说明具体原因。"),
    ],
)
def test_what_a_code_means(status, words):
    with translation.override("zh-hans"):
        assert bounces.meaning(status) == words


def test_a_code_that_gave_up_after_trying_is_final_too(letter):
    row = letter()
    pipe(returned.postfix(id_of(row), status="4.4.7", said="connect to mx.east.example: timed out"))
    assert state(row) == ("dead", "bounced-4.4.7")


def test_the_same_report_twice_does_nothing(letter):
    row = letter()
    pipe(returned.postfix(id_of(row)))
    assert pipe(returned.exchange(id_of(row))) == ('{"already": 1}\n', 0)
    assert state(row) == ("dead", "bounced-5.1.1")


@pytest.mark.parametrize("given", ["dead", "dropped", "impossible", "expired"])
def test_what_was_given_up_already_stays_as_it_is(letter, given):
    row = letter(state=given, fault="smtp-550", drop_reason="已当面告知")
    assert pipe(returned.postfix(id_of(row))) == ('{"already": 1}\n', 0)
    assert state(row) == (given, "smtp-550")


def test_a_delay_is_noted_and_the_failure_after_it_counts(letter):
    row = letter()
    late = returned.postfix(id_of(row), action="delayed", status="4.4.1", said="connection timed out")
    assert pipe(late) == ('{"delayed": 1}\n', 0)
    assert state(row) == ("sent", "delayed-4.4.1")
    assert row.last_error == "邮件服务器已接收，尚未能转交（4.4.1）。 connection timed out"
    assert pipe(late) == ('{"already": 1}\n', 0)
    assert pipe(returned.postfix(id_of(row))) == ('{"bounced": 1}\n', 0)
    assert pipe(late) == ('{"already": 1}\n', 0)
    assert state(row) == ("dead", "bounced-5.1.1")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_changes_nothing(letter, action):
    row = letter()
    assert pipe(returned.postfix(id_of(row), action=action, status="2.0.0")) == ('{"arrived": 1}\n', 0)
    assert state(row) == ("sent", "")


def test_replies_and_ordinary_mail_are_no_reports(letter):
    row = letter()
    for mail in (returned.vacation(id_of(row)), returned.receipt(id_of(row)), b"", b"\xff\x00 hello"):
        assert pipe(mail) == ('{"no_report": 1}\n', 0)
    assert state(row) == ("sent", "")


def test_a_report_about_somebody_elses_letter_is_said_and_no_error(letter):
    row = letter()
    out, code = pipe(returned.postfix("<f3b7c9d2-0000-4000-8000-000000000000@xiaohuan.county.example>"))
    assert code == 0
    assert out.startswith('{"unknown": 1}\n')
    assert "f3b7c9d2-0000-4000-8000-000000000000" in out
    assert pipe(returned.postfix("<20250303@x>\x1b[31m"))[0].count("\x1b") == 0
    assert state(row) == ("sent", "")


def test_the_key_of_another_channel_is_no_key(letter):
    row = letter(channel="webhook")
    assert pipe(returned.postfix(id_of(row)))[0].startswith('{"unknown": 1}')
    assert state(row) == ("sent", "")


def test_ten_megabytes_are_read_away_and_counted(letter):
    row = letter()
    huge = returned.postfix(id_of(row)) + b"x" * 10_000_000
    assert pipe(huge) == ('{"too_large": 1}\n', 0)
    assert state(row) == ("sent", "")


def test_broken_mime_is_counted(letter):
    row = letter()
    assert pipe(returned.postfix(id_of(row)).replace(b"boundary=", b"x=")) == ('{"unreadable": 1}\n', 0)


def test_what_cannot_be_stored_is_left_out_of_the_words(letter):
    row = letter()
    pipe(
        returned.postfix(
            id_of(row), said="550 \x00\ud800<script>".encode("utf-8", "replace").decode() + "x" * 900
        )
    )
    assert state(row) == ("dead", "bounced-5.1.1")
    assert len(row.last_error) == 300
    assert "\x00" not in row.last_error


def test_a_report_that_is_faster_than_our_own_note_is_handed_on_again(letter):
    row = letter(state="pending", sent_at=None)
    out, code = pipe(returned.postfix(id_of(row)))
    assert (out, code) == ('{"early": 1}\n', 75)
    Delivery.objects.update(state="sent", sent_at=NOW)
    assert pipe(returned.postfix(id_of(row))) == ('{"bounced": 1}\n', 0)


def test_without_the_database_the_mail_server_keeps_the_report():
    with mock.patch.object(services, "read_report", side_effect=OperationalError("gone")):
        assert pipe(returned.postfix("<x@y>")) == ("", 75)


def test_a_person_at_the_keyboard_is_told_what_is_missing():
    with (
        mock.patch.object(sys, "stdin", SimpleNamespace(isatty=lambda: True)),
        translation.override("zh-hans"),
        pytest.raises(CommandError, match="请设置 BOUNCES_URL"),
    ):
        call_command("read_bounces")


# --- afterwards ------------------------------------------------------------------------------------------


def test_it_is_mended_and_tried_again_like_the_others(letter, officer_east, admin_user, as_user):
    row = letter()
    report = returned.postfix(id_of(row))
    pipe(report)
    browser = as_user(admin_user)
    page = browser.get(DEAD).content.decode()
    assert "收件地址不存在。" in page
    assert f'href="/accounts/people/{officer_east.pk}/"' in page
    assert browser.post(f"{DEAD}{row.pk}/retry/").status_code == 302
    assert state(row) == ("pending", "")
    assert pipe(report)[1] == 75


def test_a_report_about_the_attempt_before_does_not_kill_the_next(letter, settings):
    row = letter(state="pending", sent_at=None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with sinks.StrictOffice() as office:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        assert services.deliver_due(now=NOW + timedelta(days=1))["sent"] == 1
        sent = office.letters[0]
    assert pipe(returned.postfix(id_of(row))) == ('{"outdated": 1}\n', 0)
    assert state(row) == ("sent", "")
    newer = returned.postfix(sent["Message-ID"], date=str(sent["Date"]))
    assert pipe(newer) == ('{"bounced": 1}\n', 0)


def test_what_was_tried_again_meanwhile_is_not_killed_by_a_race(letter):
    row = letter()
    Delivery.objects.update(sent_at=NOW + timedelta(seconds=30))
    report = bounces.look(returned.postfix(id_of(row)))
    assert bounces.note(report, row) == "already"
    assert state(row) == ("sent", "")


# --- from a mailbox --------------------------------------------------------------------------------------


@pytest.fixture(params=[mailboxes.Pop, mailboxes.Imap])
def box(request, settings):
    """`with box(mail, mail) as it:` is the mailbox of the settings."""

    def make(*mails, **more):
        it = request.param(*mails, **more)
        settings.BOUNCES_URL = it.url
        return it

    return make


def read_mailbox(**more):
    out = io.StringIO()
    call_command("read_bounces", stdout=out, **more)
    return json.loads(out.getvalue().splitlines()[0])


def test_reports_are_taken_out_and_everything_else_stays_and_is_looked_at_once(letter, box):
    rows = [letter(f"m{n}") for n in range(3)]
    stranger = returned.postfix("<somebody@else>")
    mails = [
        returned.postfix(id_of(rows[0])), returned.vacation(id_of(rows[1])), stranger,
        returned.exchange(id_of(rows[1])), returned.postfix(id_of(rows[1])),
        returned.coremail(id_of(rows[2])), b"x" * (LARGEST + 1),
    ]  # fmt: skip
    with box(*mails) as server:
        assert read_mailbox() == {"bounced": 3, "already": 1, "no_report": 1, "unknown": 1, "too_large": 1}
        assert list(server.mails.values()) == [mails[1], stranger, mails[6]]
        assert sorted(server.read) == [1, 2, 3, 4, 5, 6]
        assert read_mailbox() == {}
        assert sorted(server.read) == [1, 2, 3, 4, 5, 6]
        server.put(returned.postfix("<another@else>"))
        assert read_mailbox() == {"unknown": 1}
    assert [state(row) for row in rows] == [
        ("dead", "bounced-5.1.1"),
        ("dead", "bounced-5.2.2"),
        ("dead", "bounced-5.0.0"),
    ]


def test_an_empty_mailbox(box, db):
    with box():
        assert read_mailbox() == {}


def test_early_reports_wait_in_the_mailbox(letter, box):
    row = letter(state="failed", fault="smtp-broken")
    with box(returned.postfix(id_of(row))) as server:
        assert read_mailbox() == {"early": 1}
        Delivery.objects.update(state="sent", sent_at=NOW)
        assert read_mailbox() == {"bounced": 1}
        assert server.mails == {}


def test_a_flood_is_read_in_pieces_and_hides_nothing(letter, box, monkeypatch):
    monkeypatch.setattr(bounces, "MAILS_PER_RUN", 3)
    row = letter()
    flood = [returned.vacation("<x@y>")] * 7
    with box(*flood, returned.postfix(id_of(row))):
        assert [read_mailbox() for _n in range(4)] == [
            {"no_report": 3},
            {"no_report": 3},
            {"no_report": 1, "bounced": 1},
            {},
        ]


def test_reading_a_full_mailbox_asks_the_database_once(letter, box, django_assert_num_queries):
    mails = [returned.postfix(f"<{n:08x}-0000-4000-8000-000000000000@x>") for n in range(40)]
    with box(*mails), django_assert_num_queries(1):
        assert read_mailbox() == {"unknown": 40}


def test_a_line_without_end_spoils_its_own_mail_alone(letter, settings):
    row = letter()
    spoilt = returned.vacation("<x@y>") + b"y" * 5000
    with mailboxes.Pop(spoilt, spoilt, returned.postfix(id_of(row)), spoilt) as server:
        settings.BOUNCES_URL = server.url
        assert read_mailbox() == {"unreadable": 3, "bounced": 1}
        assert len(server.mails) == 3
        assert read_mailbox() == {}


def test_what_was_read_before_the_line_broke_is_noted(letter, box):
    rows = [letter("m1"), letter("m2")]
    with box(*(returned.postfix(id_of(row)) for row in rows)) as server:
        server.break_at = 2
        with pytest.raises(CommandError, match=r"127\.0\.0\.1"):
            read_mailbox()
        assert [state(row)[0] for row in rows] == ["dead", "sent"]
        server.break_at = None
        assert read_mailbox() == {"already": 1, "bounced": 1}


def test_beat_calls_the_job_and_the_job_reads(letter, box):
    row = letter()
    with box(returned.postfix(id_of(row))):
        assert tasks.read_bounces() == {"bounced": 1}
    from config.celery import app
    from config.schedule import BOUNCES

    assert {entry["task"] for entry in BOUNCES.values()} <= set(app.tasks)


def test_the_job_fails_where_the_mailbox_does(settings, db):
    settings.BOUNCES_URL = f"pop3://a:b@127.0.0.1:{sinks.closed_port()}"
    with pytest.raises(bounces.Closed):
        tasks.read_bounces()


# --- in the dark, and in the wrong hands -----------------------------------------------------------------


def test_the_line_is_sealed_and_the_countys_own_authority_is_trusted_by_name(letter, box, settings):
    row = letter()
    with box(returned.postfix(id_of(row)), tls=True) as server, translation.override("zh-hans"):
        with pytest.raises(CommandError, match=r"127\.0\.0\.1 的证书不受信任.*BOUNCES_CA"):
            read_mailbox()
        assert state(row) == ("sent", "")
        settings.BOUNCES_CA = str(mailboxes.PEM)
        assert read_mailbox() == {"bounced": 1}
        settings.BOUNCES_URL = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(CommandError, match="localhost 的证书不受信任"):
            read_mailbox()


def test_no_password_goes_over_a_bare_line_to_another_machine(box, monkeypatch):
    """What is no address of this very machine must offer STARTTLS; neither of the two servers does."""
    monkeypatch.setattr("notifications.gateways.mailbox.AT_HOME", ())
    with box(returned.vacation("<x@y>")) as server:
        with pytest.raises(CommandError):
            read_mailbox()
        assert server.read == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a:b@host/",
        "imaps://host/INBOX",
        "imaps://a:b@",
        "imaps://a:b@[::1",
        "pop3s://a:b@h:99999",
        "x",
        "imaps://a:b@h:0/",
    ],
)
def test_an_address_that_is_none_is_said_in_words(settings, db, url):
    settings.BOUNCES_URL = url
    with translation.override("zh-hans"):
        with pytest.raises(CommandError, match="BOUNCES_URL 应写作"):
            read_mailbox()
        assert [sign for sign, _words in doctor.bounces()] == [doctor.BAD]


def test_doctor_reads_and_touches_nothing(letter, box):
    row = letter()
    with box(returned.postfix(id_of(row)), returned.vacation("<x@y>")) as server:
        with translation.override("zh-hans"):
            assert list(doctor.bounces()) == [(doctor.GOOD, "退信邮箱可以读取，现有 2 封邮件。")]
        assert (len(server.mails), server.read) == (2, [])
        if isinstance(server, mailboxes.Imap):
            assert server.selected == [('"INBOX"', "READ-ONLY")]
    assert state(row) == ("sent", "")


def test_doctor_says_in_words_what_is_wrong(box, settings):
    with box() as server, translation.override("zh-hans"):
        settings.BOUNCES_URL = server.url.replace("word", "wrong")
        ((sign, words),) = doctor.bounces()
        assert sign == doctor.BAD
        assert words.startswith("邮件被退回时无人知晓。127.0.0.1 上的邮箱无法读取：")
        assert "wrong name or password" in words
        assert "pass" not in words.replace("name or password", "")


def test_doctor_says_that_nobody_answers_and_that_a_file_is_no_certificate(settings, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    settings.BOUNCES_URL = f"imaps://a:b@127.0.0.1:{sinks.closed_port()}/"
    with translation.override("zh-hans"):
        ((_sign, words),) = doctor.bounces()
        assert words.endswith("127.0.0.1 上的邮箱无法读取：服务器无应答（ConnectionRefusedError）。")
        for settings.BOUNCES_CA in (str(tmp_path / "ca.pem"), str(tmp_path / "absent")):
            ((_sign, words),) = doctor.bounces()
            assert words.endswith(f"BOUNCES_CA 所填文件 {settings.BOUNCES_CA} 无法作为证书（PEM）读取。")


def test_doctor_is_silent_where_there_is_no_mailbox(settings):
    settings.BOUNCES_URL = ""
    assert list(doctor.bounces()) == []


def test_imap_reads_without_marking_as_read_and_other_folders_by_name(letter, settings):
    row = letter()
    with mailboxes.Imap(returned.postfix(id_of(row)), returned.vacation("<x@y>")) as server:
        settings.BOUNCES_URL = server.url + "/a%22b"
        with pytest.raises(CommandError, match="no such mailbox"):
            read_mailbox()
        assert server.selected[-1][0] == r'"a\"b"'
        settings.BOUNCES_URL = server.url + "/INBOX"
        assert read_mailbox() == {"bounced": 1, "no_report": 1}
        assert server.seen == []
