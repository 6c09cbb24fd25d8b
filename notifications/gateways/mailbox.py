"""The mailbox to which undeliverable mail comes back, by IMAP or POP3 and never in the clear."""

import imaplib
import poplib
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.gateways.outcome import LONGEST
from notifications.reports import LARGEST, one_line

AT_HOME = ("127.0.0.1", "::1", "localhost")
TROUBLE = (OSError, EOFError, ValueError, poplib.error_proto, imaplib.IMAP4.error)


class Closed(Exception):
    """The mailbox cannot be read; the text says why and what to do."""


class Spoilt(Exception):
    """One mail cannot be fetched; the others can."""


@contextmanager
def mailbox(*, change: bool = True) -> Iterator["Imap | Pop"]:
    """The mailbox of BOUNCES_URL, open; with `change` False nothing in it is touched. Raises Closed."""
    parts = _address(settings.BOUNCES_URL)
    box = (Imap if parts.scheme.startswith("imap") else Pop)(parts, change=change)
    with _in_words(parts.hostname):
        box.open()
    try:
        with _in_words(parts.hostname):
            yield box
            box.close()
    finally:
        box.drop()


def _address(url: str) -> SplitResult:
    with suppress(ValueError):
        parts = urlsplit(url)
        named = parts.hostname and parts.username and parts.port != 0
        if named and parts.scheme in ("imap", "imaps", "pop3", "pop3s"):
            return parts
    raise Closed(_("BOUNCES_URL must read imaps://user:password@host/INBOX or pop3s://user:password@host."))


@contextmanager
def _in_words(host: str) -> Iterator[None]:
    """Whatever goes wrong in talking to the server, as a sentence for whoever set it up."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        words = _(
            "The certificate of %(host)s is not trusted (%(why)s). Name the authority's file in BOUNCES_CA."
        )
        raise Closed(words % {"host": host, "why": error.verify_message}) from error
    except TROUBLE as error:
        why = _said(error)
        words = _("The mailbox at %(host)s cannot be read: %(why)s") % {"host": host, "why": why}
        raise Closed(words) from error


def _said(error: Exception) -> str:
    """What the server said, else what kind of failure it is; the libraries hand both on as bytes or as text."""
    if isinstance(error, (ConnectionError, TimeoutError, EOFError, socket.gaierror)):
        return _("the server does not answer (%(kind)s).") % {"kind": type(error).__name__}
    words = error.args[0] if error.args else ""
    if isinstance(words, bytes):
        return one_line(words.decode("utf-8", "replace"))[:LONGEST]
    return one_line(f"{type(error).__name__}: {error}")[:LONGEST]


def trust() -> ssl.SSLContext:
    """What the machine trusts, and the county's own authority besides."""
    context = ssl.create_default_context()
    if settings.BOUNCES_CA:
        try:
            context.load_verify_locations(settings.BOUNCES_CA)
        except OSError as error:
            words = _("%(file)s, named in BOUNCES_CA, cannot be read as certificates (PEM).")
            raise Closed(words % {"file": settings.BOUNCES_CA}) from error
    return context


class Box:
    """What both kinds share: the address, and that no password goes over a line that others can read.

    A mail is named by an id that lasts as long as the mail.
    """

    def __init__(self, parts: SplitResult, *, change: bool):
        self.host, self.port, self.change = parts.hostname, parts.port, change
        self.user, self.password = unquote(parts.username), unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or "INBOX"
        self.sealed = parts.scheme.endswith("s")
        self.bare = not self.sealed and self.host in AT_HOME
        self.line = None

    @property
    def name(self) -> str:
        """Which mailbox it is, without the password."""
        return f"{self.user}@{self.host}/{self.folder}"

    def drop(self) -> None:
        """Hangs up without a word, where that has not been done in good order."""


class Pop(Box):
    """A mailbox by POP3. What is removed is gone when the session ends in good order."""

    def open(self) -> None:
        port = self.port or (poplib.POP3_SSL_PORT if self.sealed else poplib.POP3_PORT)
        where = {"host": self.host, "port": port, "timeout": settings.EMAIL_TIMEOUT}
        self.line = poplib.POP3_SSL(**where, context=trust()) if self.sealed else poplib.POP3(**where)
        if not self.sealed and not self.bare:
            self.line.stls(trust())
        self.line.user(self.user)
        self.line.pass_(self.password)
        self.numbers = {uid: number for number, uid in self._pairs(self.line.uidl()[1])}

    def sizes(self) -> dict[str, int]:
        """The mails and their bytes, the oldest first."""
        sizes = dict(self._pairs(self.line.list()[1]))
        return {uid: int(sizes.get(number, 0)) for uid, number in self.numbers.items()}

    def fetch(self, uid: str) -> bytes:
        """A whole mail. Raises Spoilt: such a mail (a line without end) spoils the session, so a new one begins."""
        try:
            return b"\n".join(self.line.retr(int(self.numbers[uid]))[1])
        except (poplib.error_proto, KeyError) as error:
            if "EOF" in str(error):
                raise EOFError("the server hung up") from error
            self.drop()
            self.open()
            raise Spoilt(uid) from error

    def remove(self, uids: Iterable[str]) -> None:
        for uid in uids:
            if uid in self.numbers:
                self.line.dele(int(self.numbers[uid]))

    def close(self) -> None:
        self.line.quit()
        self.line = None

    def drop(self) -> None:
        if self.line is not None:
            with suppress(OSError):
                self.line.close()
            self.line = None

    @staticmethod
    def _pairs(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
        for line in lines:
            number, _space, rest = line.decode("ascii", "replace").strip().partition(" ")
            yield number, rest


class Imap(Box):
    """A folder by IMAP. Reading leaves every mail as unread as it was."""

    def open(self) -> None:
        port = self.port or (imaplib.IMAP4_SSL_PORT if self.sealed else imaplib.IMAP4_PORT)
        where = {"host": self.host, "port": port, "timeout": settings.EMAIL_TIMEOUT}
        self.line = imaplib.IMAP4_SSL(**where, ssl_context=trust()) if self.sealed else imaplib.IMAP4(**where)
        if not self.sealed and not self.bare:
            self.line.starttls(trust())
        self.line.login(self.user, self.password)
        # Servers name most of what they can only to whom they know.
        self.abilities = (
            b" ".join(self._ok(self.line.capability())).decode("ascii", "replace").upper().split()
        )
        quoted = self.folder.replace("\\", "\\\\").replace('"', '\\"')
        self.count = int(self._ok(self.line.select(f'"{quoted}"', readonly=not self.change))[0] or 0)
        self.validity = (self.line.response("UIDVALIDITY")[1][0] or b"0").decode("ascii", "replace")

    def sizes(self) -> dict[str, int]:
        """The mails and their bytes, the oldest first; without those that are marked as deleted."""
        if not self.count:
            return {}
        found = {}
        for one in self._ok(self.line.uid("FETCH", "1:*", "(UID FLAGS RFC822.SIZE)")):
            line = one if isinstance(one, bytes) else b""
            uid, size = re.search(rb"\bUID (\d+)", line), re.search(rb"\bRFC822\.SIZE (\d+)", line)
            if uid and size and b"\\deleted" not in line.lower():
                found[f"{self.validity}:{int(uid[1])}"] = int(size[1])
        return found

    def fetch(self, uid: str) -> bytes:
        """A mail, and no more of it than is ever looked at. Raises Spoilt."""
        part = f"(BODY.PEEK[]<0.{LARGEST + 1}>)"
        answer = self._ok(self.line.uid("FETCH", self._number(uid), part))
        for one in answer:
            if isinstance(one, tuple) and len(one) == 2:
                return one[1]
        raise Spoilt(uid)

    def remove(self, uids: Iterable[str]) -> None:
        """Marks them as deleted and, where the server can do so for single mails, takes them away."""
        if numbers := ",".join(map(self._number, uids)):
            self._ok(self.line.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)"))
            if "UIDPLUS" in self.abilities:
                self._ok(self.line.uid("EXPUNGE", numbers))

    def close(self) -> None:
        self.line.logout()
        self.line = None

    def drop(self) -> None:
        if self.line is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self.line.shutdown()
            self.line = None

    @staticmethod
    def _number(uid: str) -> str:
        return uid.partition(":")[2]

    @staticmethod
    def _ok(answer) -> list:
        kind, data = answer
        if kind != "OK":
            words = b" ".join(one for one in data if isinstance(one, bytes)).decode("utf-8", "replace")
            raise imaplib.IMAP4.error(words)
        return data
