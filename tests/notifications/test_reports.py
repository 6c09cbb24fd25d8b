"""What a mail that came back says, read without anything but Python."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.reports import LARGEST, Report, Unreadable, one_line, read
from tests.notifications import returned

TOKEN = "8c5f7f0a-53c1-4c1e-9f1d-2f4d0f6f9a11"
ID = f"<{TOKEN}@xiaohuan.county.example>"
DATE = datetime(2025, 3, 3, 8, 0, 1, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("mail", "status", "said"),
    [
        (returned.postfix, "5.1.1", "550 5.1.1 <ma@east.example>: Recipient address rejected: User unknown"),
        (
            returned.exchange,
            "5.2.2",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
        ),
        (returned.coremail, "5.0.0", "550 用户不存在"),
        (returned.encoded, "5.7.1", "554 疑似垃圾邮件"),
    ],
)
def test_what_four_kinds_of_servers_report(mail, status, said):
    assert read(mail(ID)) == Report(TOKEN, ID, "failed", status, said, DATE)


@pytest.mark.parametrize(
    "mail", [returned.vacation(ID), returned.receipt(ID), b"", b"no mail at all", b"\n\n"]
)
def test_what_is_no_report(mail):
    assert read(mail) is None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_other_actions_are_told_apart(action):
    assert read(returned.postfix(ID, action=action, status="4.4.1")).action == action


def test_a_code_that_the_status_leaves_open_is_taken_from_what_the_far_server_said():
    report = read(returned.postfix(ID, status="unknown", said="550 5.1.10 RESOLVER.ADR.RecipientNotFound"))
    assert report.status == "5.1.10"
    assert read(returned.postfix(ID, status="unknown", said="550 rejected from 10.5.1.1")).status == "5.0.0"


def test_a_failure_of_one_recipient_outweighs_the_other():
    mail = returned.postfix(ID, action="delivered", status="2.0.0")
    two = mail.replace(b"Final-Recipient", b"Action: failed\r\nStatus: 5.2.1\r\n\r\nFinal-Recipient", 1)
    assert (read(two).action, read(two).status) == ("failed", "5.2.1")


@pytest.mark.parametrize(
    "original",
    ["<20250303@county.example>", TOKEN, f"<{TOKEN}x@h>", f"<x{TOKEN}@h>", f"<{TOKEN}@h> <{TOKEN}@h>", ""],
)
def test_a_letter_that_is_none_of_ours_has_no_token(original):
    assert read(returned.postfix(original)).token == ""


def test_a_message_id_elsewhere_than_in_the_original_counts_for_nothing():
    mail = returned.exchange(ID)
    assert read(mail.replace(b"Message-ID:\r\n " + ID.encode(), b"Message-ID: <other@x>")).token == ""


def test_lines_and_directions_of_others_making_are_one_printable_line():
    said = "550 a\n\tb =?utf-8?q?c=0D=0ATo=3A_x=00=E2=80=AEd?="
    assert read(returned.postfix(ID, said=said)).said == "550 a b c To: x d"
    assert one_line("a\x00b\u202ec\ud800d\n e") == "a b c d e"


@pytest.mark.parametrize("charset", ["utf-8", "klingon", "utf-7"])
def test_a_charset_that_is_wrong_or_unknown_is_no_error(charset):
    assert read(returned.postfix(ID, said=f"550 =?{charset}?b?/////w==?=")).status == "5.1.1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'boundary="9C2A41F.1740960005/mail.county.example"', b"x=y"),
        (b"message/delivery-status", b"text/plain"),
        (b"--9C2A41F.1740960005/mail.county.example\r\n", b"--another\r\n"),
    ],
)
def test_broken_mime_is_unreadable_and_not_an_error(old, new):
    with pytest.raises(Unreadable):
        read(returned.postfix(ID).replace(old, new))


def test_a_report_that_was_cut_off_is_about_no_letter():
    mail = returned.postfix(ID)
    assert read(mail[: mail.index(b"Content-Description: Undelivered")]).token == ""


def test_dates():
    assert read(returned.postfix(ID, date="yesterday")).written_at is None
    assert read(returned.postfix(ID, date="Mon, 03 Mar 2025 00:00:01 -0000")).written_at == datetime(
        2025, 3, 3, 0, 0, 1, tzinfo=UTC
    )
    report = read(returned.postfix(ID))
    assert not report.is_older_than(DATE + timedelta(minutes=2))
    assert report.is_older_than(DATE + timedelta(minutes=2, seconds=1))
    assert not report.is_older_than(None)


def nested(kind, depth):
    head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b0\n\n"
    parts = [f"--b{n}\nContent-Type: {kind.format(n + 1)}\n\n" for n in range(depth)]
    return (head + "".join(parts) + "x\n" * 300_000).encode()


BOMBS = {
    "parts in parts": nested("multipart/mixed; boundary=b{}", 20_000),
    "as many parts in parts as are read": nested("multipart/mixed; boundary=b{}", 28),
    "mails in mails": nested("message/rfc822", 20_000),
    "as many mails in mails as are read": nested("message/rfc822", 29),
    "parameters of the head": b"Content-Type: multipart/report" + b";" * 1_000_000 + b"\n\n",
    "parameters of a part": nested("multipart/mixed" + ";a" * 300_000, 1),
    "folded parameters": nested("multipart/mixed" + ";\n " * 300_000, 1),
    "parameters behind carriage returns": nested("multipart/mixed" + ";\r " * 300_000, 1),
    "encoded words": returned.postfix(ID, said="=?" * 400_000),
    "groups": returned.postfix(ID).replace(b"Action:", b"X: y\r\n\r\n" * 100_000 + b"Action:"),
    "fields": returned.postfix(ID).replace(b"Action:", b"X: y\r\n" * 150_000 + b"Action:"),
    "a line without end": returned.postfix(ID, said="x" * 1_000_000),
    "references in the code": returned.postfix(ID, status="5." * 400_000),
    "a date without end": returned.postfix(ID, date="1 " * 400_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_mail_costs_more_than_a_moment(bomb):
    """A parser that walks such a mail again for each of its pieces takes minutes; ours less than one second."""
    began = time.process_time()
    with suppress(Unreadable):
        read(bomb[:LARGEST])
    assert time.process_time() - began < 15


@given(st.data())
def test_whatever_is_done_to_a_report_it_is_read_or_unreadable(data):
    mail = data.draw(st.sampled_from([returned.postfix(ID), returned.exchange(ID), returned.encoded(ID)]))
    for _n in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mail)))
        mail = mail[:at] + data.draw(st.binary(max_size=30)) + mail[at + data.draw(st.integers(0, 60)) :]
    try:
        found = read(mail)
    except Unreadable:
        return
    assert found is None or found.token in ("", TOKEN)
