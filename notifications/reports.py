"""Reading what a mail server reports of a letter of ours (RFC 3464; RFC 6533 where addresses go beyond ASCII).

Anybody can send us mail, so nothing in it is believed but the Message-ID of the returned original, which holds a token
that nobody can guess, and nothing in it may cost more than a moment.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

LARGEST = 512 * 1024
"""Bytes of a mail that is looked at: our letters are a few lines, and so is what comes back of them."""
LONGEST_FIELD = 1000
MOST_PARTS = 30
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
WHOLE_TYPES = ("message/rfc822", "message/global")
HEAD_TYPES = ("text/rfc822-headers", "message/global-headers")
OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>", re.ASCII)
STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII)
CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
GRAVITY = {"failed": 3, "delayed": 2, "": 0}
# A letter is dated when its attempt begins and noted when the server has taken it.
SLACK = timedelta(minutes=2)


class Unreadable(Exception):
    """It says that it is a report, and cannot be read as one."""


@dataclass(frozen=True)
class Report:
    """What became of one letter. `token` is that of its delivery, "" where the letter is none of ours.

    `status` is the enhanced code of RFC 3463 ("5.1.1"), `said` the words of the reporting server in one line,
    `written_at` the date of the returned original, which tells one attempt from another.
    """

    token: str
    message_id: str
    action: str
    status: str
    said: str
    written_at: datetime | None

    def is_older_than(self, sent_at: datetime | None) -> bool:
        """Whether it is about an earlier attempt than the one that ended at `sent_at`."""
        return bool(self.written_at and sent_at and self.written_at < sent_at - SLACK)


def read(raw: bytes) -> Report | None:
    """The report that a mail is; None where it is none (an automatic reply, ordinary mail). Raises Unreadable."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        if not _is_report(BytesHeaderParser().parsebytes(raw.partition(b"\n\n")[0])):
            return None
        _refuse_bombs(raw)
        return _report(BytesParser().parsebytes(raw).get_payload())
    except Unreadable:
        raise
    except Exception as error:
        # The parser stumbles in many ways over what nobody should send; none may keep the next mail from being read.
        raise Unreadable(type(error).__name__) from error


def one_line(text: str) -> str:
    """Printable characters in one line: neither control characters nor what turns the direction of writing."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def _is_report(head: Message) -> bool:
    too_long = len(str(head.get("Content-Type", ""))) > LONGEST_FIELD
    if too_long or head.get_content_type() != "multipart/report":
        return False
    kind = collapse_rfc2231_value(head.get_param("report-type", ""))
    return kind.lower() in ("delivery-status", "global-delivery-status")


def _refuse_bombs(raw: bytes) -> None:
    """Parts within parts by the thousand, and parameters without end, on which the parser would spend minutes."""
    low = raw.lower()
    if low.count(b"boundary") > MOST_PARTS or low.count(b"message/") > MOST_PARTS:
        raise Unreadable("too many parts")
    if any(len(found.group()) > LONGEST_FIELD for found in CONTENT_TYPE.finditer(raw)):
        raise Unreadable("a field without end")


def _report(parts) -> Report:
    if not isinstance(parts, list):
        raise Unreadable("no parts")
    status = next((part for part in parts if part.get_content_type() in STATUS_TYPES), None)
    if status is None:
        raise Unreadable("no status")
    original = next(filter(None, map(_original, parts)), None) or Message()
    fate = max(map(_fields, _groups(status)), key=lambda one: GRAVITY.get(_action(one), 1), default={})
    message_id = _text(original.get("Message-ID", ""))
    ours = OURS.fullmatch(message_id.lower())
    said = fate.get("diagnostic-code", "").partition(";")
    action = _action(fate)
    return Report(
        token=ours[1] if ours else "",
        message_id=message_id,
        action=action,
        status=_status(fate, "5.0.0" if action == "failed" else "4.0.0"),
        said=said[2].strip() or said[0],
        written_at=_moment(_text(original.get("Date", ""))),
    )


def _original(part: Message) -> Message | None:
    """The head of the letter that came back: whole, or its head alone."""
    kind, payload = part.get_content_type(), part.get_payload()
    if kind in HEAD_TYPES and isinstance(payload, str):
        return HeaderParser().parsestr(_decoded(part))
    if kind in WHOLE_TYPES + HEAD_TYPES and isinstance(payload, list) and payload:
        return payload[0]
    return None


def _groups(part: Message) -> list[Message]:
    """The groups of fields of a status part, those of the recipients among them.

    The parser splits them itself where they are plain; encoded ones, and those of RFC 6533, arrive as the text of a
    message.
    """
    payload = part.get_payload()
    inner = payload if isinstance(payload, list) else [part]
    groups, rest = [], []
    for one in inner:
        if one is not part:
            groups.append(one)
        if isinstance(body := one.get_payload(), str) and body.strip():
            one["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding", "7bit"))
            rest.append(_decoded(one))
    texts = re.split(r"\n[ \t]*\n", "\n\n".join(rest).strip())
    return groups + [HeaderParser().parsestr(text) for text in texts if text.strip()]


def _decoded(part: Message) -> str:
    return _unescaped(part.get_payload(decode=True)).replace("\r\n", "\n")


def _unescaped(raw: bytes) -> str:
    """UTF-8, else what Chinese servers write instead."""
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("ascii", "replace")


def _fields(group: Message) -> dict[str, str]:
    return {name.lower(): _text(value) for name, value in group.raw_items()}


def _text(value) -> str:
    """One field as one line, whatever it is encoded in."""
    text = _unescaped(str(value)[:LONGEST_FIELD].encode("utf-8", "surrogateescape"))
    if "=?" in text:
        # In a charset that nobody knows its letters are shown as they came.
        with suppress(LookupError, ValueError, HeaderParseError):
            text = str(make_header(decode_header(text)))
    return one_line(text)


def _action(fields: dict[str, str]) -> str:
    """The word alone; a failure by its code where a server leaves the word out."""
    word = fields.get("action", "").partition("(")[0].strip().lower()
    return word or ("failed" if fields.get("status", "").startswith("5.") else "")


def _status(fields: dict[str, str], otherwise: str) -> str:
    """The code of the report, else one that the far server said, else a general one."""
    for name in ("status", "diagnostic-code"):
        if found := STATUS.search(fields.get(name, "")):
            return found[1]
    return otherwise


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:100])
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
