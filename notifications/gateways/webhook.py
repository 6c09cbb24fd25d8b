"""Signed HTTP POST to an SMS or government gateway.

A gateway is somebody else's server, and may do anything: redirect, answer ten megabytes, drip one byte a second or
say nothing at all. So the request is written and read here with one deadline over everything, instead of with a
client that follows, retries and waits on its own account.
"""

import hashlib
import hmac
import http.client
import io
import ipaddress
import json
import socket
import ssl
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.gateways.outcome import Later, LineDown, Never, Parcel

CONNECT_SECONDS = 5
READ_AT_MOST = 64 * 1024
AGAIN_LATER = {408, 425, 429}
PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"


def payload(parcel: Parcel) -> bytes:
    """The body of the request: JSON in UTF-8."""
    return json.dumps(
        {
            "key": parcel.token,
            "phone": parcel.phone,
            "name": parcel.name,
            "subject": parcel.title,
            "text": parcel.body or parcel.title,
            "link": f"{settings.PUBLIC_URL}{parcel.link}" if parcel.link else "",
            "kind": parcel.kind,
            "on": parcel.on.isoformat(),
        },
        ensure_ascii=False,
    ).encode()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp (Unix seconds, in digits) and, right behind it, the body; in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest()


class Webhook:
    """A session with one gateway; its connection is kept from letter to letter where the gateway allows it."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.parts = urlsplit(gateway.url)
        self.secure = self.parts.scheme == "https"
        self.socket: socket.socket | None = None
        self.used = False

    def open(self) -> None:
        """Connects. Raises LineDown: nothing was handed over yet, so that no letter has used up an attempt."""
        if self.socket is None:
            try:
                self.socket = self._connect()
            except ssl.SSLError as error:
                reason = getattr(error, "verify_message", "") or error.reason or str(error)
                words = _("No safe connection to the gateway: %(error)s") % {"error": reason}
                raise LineDown("tls", words) from error
            except OSError as error:
                words = _("The gateway cannot be reached: %(error)s") % {
                    "error": error.strerror or str(error)
                }
                raise LineDown("unreachable", words) from error

    def send(self, parcel: Parcel) -> None:
        """One letter. Raises NotBrought unless the gateway answers 2xx within its time."""
        until = time.monotonic() + self.gateway.timeout
        body = payload(parcel)
        reused = self.socket is not None and self.used
        self.open()
        try:
            answer = self._exchange(body, parcel, until)
        except (ConnectionError, http.client.RemoteDisconnected) as error:
            self.close()
            if not reused:
                raise Later("broken", _("The gateway broke off the connection."), trouble=True) from error
            # A kept connection may have been closed meanwhile; the key says that it is the same letter.
            self.open()
            answer = self._exchange_again(body, parcel, until)
        except TimeoutError as error:
            raise self._silent() from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Later("bad-answer", _("The gateway's answer is no HTTP."), trouble=True) from error
        judge(*answer)

    def close(self) -> None:
        """Hangs up."""
        if self.socket is not None:
            try:
                self.socket.close()
            finally:
                self.socket, self.used = None, False

    def _exchange_again(self, body, parcel, until):
        try:
            return self._exchange(body, parcel, until)
        except TimeoutError as error:
            raise self._silent() from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Later("broken", _("The gateway broke off the connection."), trouble=True) from error

    def _silent(self) -> Later:
        self.close()
        words = _("The gateway did not answer within %(seconds)s seconds.") % {
            "seconds": self.gateway.timeout
        }
        return Later("timeout", words, trouble=True)

    def _connect(self) -> socket.socket:
        host, port = self.parts.hostname, self.parts.port or (443 if self.secure else 80)
        seconds = min(CONNECT_SECONDS, self.gateway.timeout)
        line = socket.create_connection((host, port), timeout=seconds)
        try:
            refuse_strange(line.getpeername()[0])
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return (
                ssl.create_default_context().wrap_socket(line, server_hostname=host) if self.secure else line
            )
        except BaseException:
            line.close()
            raise

    def _exchange(
        self, body: bytes, parcel: Parcel, until: float
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Sends the request and reads the answer, all of it before `until`. A redirect is an answer like others."""
        self.used = True
        self.socket.settimeout(left(until))
        self.socket.sendall(self._head(body, parcel) + body)
        answer = http.client.HTTPResponse(Reader(self.socket, until), method="POST")
        answer.begin()
        said = self._body(answer)
        if answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, said, answer.headers

    def _body(self, answer) -> str:
        """The beginning of the answer. The status has been read: what is wrong with the rest changes nothing."""
        try:
            said = answer.read(READ_AT_MOST) if (answer.length or 0) <= READ_AT_MOST else b""
            if not said and answer.length == 0:
                answer.close()
        except (OSError, http.client.HTTPException):
            said = b""
            self.close()
        return said[:200].decode("utf-8", "replace")

    def _head(self, body: bytes, parcel: Parcel) -> bytes:
        stamp = str(int(time.time()))
        path = quote(self.parts.path or "/", safe=PATH_CHARACTERS)
        query = f"?{quote(self.parts.query, safe=PATH_CHARACTERS + '?')}" if self.parts.query else ""
        lines = (
            f"POST {path}{query} HTTP/1.1",
            f"Host: {self.parts.netloc.encode('idna').decode()}",
            "Content-Type: application/json; charset=utf-8",
            f"Content-Length: {len(body)}",
            "User-Agent: Xiaohuan",
            f"Idempotency-Key: {parcel.token}",
            f"X-Xiaohuan-Timestamp: {stamp}",
            f"X-Xiaohuan-Signature: {sign(self.gateway.secret, stamp, body)}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Reader(io.RawIOBase):
    """What http.client reads from: a socket whose every read ends at one deadline, however slowly the bytes drip."""

    def __init__(self, line: socket.socket, until: float):
        self.line, self.until = line, until

    def makefile(self, _mode):
        """As a socket has it; http.client asks for nothing else."""
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        self.line.settimeout(left(self.until))
        return self.line.recv_into(buffer)


def left(until: float) -> float:
    """Seconds until the deadline. Raises TimeoutError behind it."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def refuse_strange(address: str) -> None:
    """Addresses at which no gateway lives, whatever a name resolves to: link-local (cloud metadata), multicast."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        raise OSError(_("%(address)s is no address of a gateway") % {"address": address})


def judge(status: int, said: str, headers) -> None:
    """Passes for 2xx; otherwise says whether another attempt makes sense."""
    if 200 <= status < 300:
        return
    fault, words = f"http-{status}", answered(status, said)
    if status == 429:
        raise LineDown(fault, words, retry_after=seconds_asked(headers.get("Retry-After")) or 60)
    if 400 <= status < 500 and status not in AGAIN_LATER:
        raise Never(fault, words)
    raise Later(fault, words, trouble=True, retry_after=seconds_asked(headers.get("Retry-After")))


def answered(status: int, said: str) -> str:
    """An answer in words."""
    if 300 <= status < 400:
        return _(
            "The gateway answered %(status)s, a redirect; it is not followed. Enter the final address."
        ) % {"status": status}
    return _("The gateway answered %(status)s. %(said)s") % {
        "status": status,
        "said": " ".join(said.split()),
    }


def seconds_asked(value: str | None) -> float | None:
    """Retry-After: seconds or a date (RFC 9110, 10.2.3); None where it says nothing that makes sense."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - timezone.now()).total_seconds())
