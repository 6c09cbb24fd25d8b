"""A mail server and an SMS gateway in a thread, which write down what they get and misbehave as they are told."""

import asyncio
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass

SECRET = "a-secret-of-the-fault-run-0123456789"
HANG = 3.0
"""Seconds of silence: longer than the product waits here (EMAIL_TIMEOUT, Gateway.timeout)."""


@dataclass(frozen=True)
class Received:
    """One letter as it arrived. `real` is the real time, `key` the Message-ID or the Idempotency-Key.

    `answered`: the sender was told that it had been taken, as far as the sink knows.
    """

    real: float
    to: str
    key: str
    subject: str
    body: str
    answered: bool = True


class Sinks:
    """`with Sinks() as sinks:` listens on `mail_port` and `hook_port`; `mail` and `hooks` hold what was taken.

    `mail_mode`: ok, refuse, later (450), never (550), hang, break (the letter is taken, the line breaks before the
    answer); `later` and `never` concern the addresses in `whom`. `hook_mode`: ok, 500, 302, hang, flood, break.
    """

    def __init__(self):
        self.mail: list[Received] = []
        self.hooks: list[Received] = []
        self.forged = 0
        self.bites: Counter = Counter()
        """How many letters met a server that misbehaved, by its way (a closed door is not seen from inside)."""
        self.mail_mode = self.hook_mode = "ok"
        self.whom: set[str] = set()
        self.mail_port = self.hook_port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="sinks", daemon=True)
        self._ready = threading.Event()
        self._mail_server = None

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("The sinks do not start.")
        return self

    def __exit__(self, *_exception):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def behave(self) -> None:
        """Both as good servers do."""
        self.hook_mode = "ok"
        self.be_mail("ok")

    def be_mail(self, mode: str, whom=()) -> None:
        """Changes how the mail server behaves; `refuse` closes its door."""
        self.whom = set(whom)
        asyncio.run_coroutine_threadsafe(self._door(open_=mode != "refuse"), self._loop).result(10)
        self.mail_mode = mode

    # --- the thread ------------------------------------------------------------------------------------
    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        self._mail_server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.mail_port = self._mail_server.sockets[0].getsockname()[1]
        hooks = await asyncio.start_server(self._gateway, "127.0.0.1", 0)
        self.hook_port = hooks.sockets[0].getsockname()[1]

    async def _door(self, *, open_: bool) -> None:
        if not open_ and self._mail_server:
            self._mail_server.close()
            self._mail_server = None
        if open_ and self._mail_server is None:
            self._mail_server = await asyncio.start_server(self._talk, "127.0.0.1", self.mail_port)

    # --- mail ------------------------------------------------------------------------------------------
    async def _talk(self, reader, writer) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._smtp(reader, writer)
        writer.close()

    async def _smtp(self, reader, writer) -> None:
        writer.write(b"220 sink\r\n")
        to = ""
        while line := await reader.readline():
            verb = line[:4].upper().strip()
            if self.mail_mode == "hang":
                self.bites["mail hang"] += 1
                await asyncio.sleep(HANG)
                return
            if self.mail_mode == "refuse":
                return
            if verb == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
                writer.write(self._answer_to(to))
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                breaks = self.mail_mode == "break"
                self.mail.append(mail_of(to, data, answered=not breaks))
                if breaks:
                    self.bites["mail break"] += 1
                    return
                writer.write(b"250 ok\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")

    def _answer_to(self, to: str) -> bytes:
        if to in self.whom and self.mail_mode in ("later", "never"):
            self.bites[f"mail {self.mail_mode}"] += 1
        if to in self.whom and self.mail_mode == "later":
            return b"450 mailbox busy\r\n"
        if to in self.whom and self.mail_mode == "never":
            return b"550 no such mailbox\r\n"
        return b"250 ok\r\n"

    # --- the gateway -----------------------------------------------------------------------------------
    async def _gateway(self, reader, writer) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._post(reader, writer):
                pass
        writer.close()

    async def _post(self, reader, writer) -> bool:
        """One request; False ends the connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(header(b"Content-Length: ", head)))
        if self.hook_mode != "ok":
            self.bites[f"gateway {self.hook_mode}"] += 1
        match self.hook_mode:
            case "hang":
                await asyncio.sleep(HANG)
                return False
            case "500":
                writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")
                return True
            case "302":
                writer.write(
                    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
                )
                return True
        if not self._is_signed(head, body):
            self.forged += 1
        breaks = self.hook_mode == "break"
        self.hooks.append(hook_of(header(b"Idempotency-Key: ", head), body, answered=not breaks))
        if breaks:
            return False
        answer = b"x" * 10_000_000 if self.hook_mode == "flood" else b"{}"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        return self.hook_mode != "flood"

    @staticmethod
    def _is_signed(head: bytes, body: bytes) -> bool:
        stamp = header(b"X-Xiaohuan-Timestamp: ", head).encode()
        expected = hmac.new(SECRET.encode(), stamp + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, header(b"X-Xiaohuan-Signature: ", head))


def mail_of(to: str, data: bytes, *, answered: bool) -> Received:
    letter = email.message_from_bytes(data, policy=email.policy.default)
    key = letter["Message-ID"].strip().strip("<>").partition("@")[0]
    return Received(time.time(), to, key, letter["Subject"], letter.get_content(), answered)


def hook_of(key: str, body: bytes, *, answered: bool) -> Received:
    said = json.loads(body)
    return Received(time.time(), said["phone"], key, said["subject"], said["text"], answered)


def header(name: bytes, head: bytes) -> str:
    """The value of a header."""
    at = head.find(name)
    return "" if at < 0 else head[at + len(name) : head.index(b"\r\n", at)].decode().strip()
