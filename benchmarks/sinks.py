"""A mail server and a gateway that take everything at once, in a process of their own: what they cost is not ours.

python -m benchmarks.sinks prints the two ports as JSON, then counts until its standard input closes. A line "count"
is answered by how many letters each has had, and how many different keys.
"""

import asyncio
import json
import sys

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
FIXED = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 good bye\r\n"}


class Sinks:
    """What arrived: how many, and under which keys."""

    def __init__(self):
        self.mail, self.hooks = [], []

    async def mail_server(self, reader, writer):
        """SMTP as far as a client needs it."""
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().strip()
            writer.write(FIXED.get(verb, b"250 ok\r\n"))
            if verb == b"DATA":
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.mail.append(value_of(b"Message-ID: ", letter))
                writer.write(b"250 ok\r\n")
            elif verb == b"QUIT":
                break
        writer.close()

    async def gateway(self, reader, writer):
        """HTTP/1.1 with a kept connection."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            await reader.readexactly(int(value_of(b"Content-Length: ", head)))
            self.hooks.append(value_of(b"Idempotency-Key: ", head))
            writer.write(OK)
        writer.close()

    def counts(self) -> dict:
        """Letters and different keys of each; begins anew."""
        told = {
            "mail": [len(self.mail), len(set(self.mail))],
            "hooks": [len(self.hooks), len(set(self.hooks))],
        }
        self.mail, self.hooks = [], []
        return told


def value_of(name: bytes, head: bytes) -> bytes:
    """The value of a header."""
    at = head.find(name)
    return b"" if at < 0 else head[at + len(name) : head.index(b"\r\n", at)].strip()


async def serve() -> None:
    """Both servers, until standard input closes."""
    sinks = Sinks()
    servers = [await asyncio.start_server(one, "127.0.0.1", 0) for one in (sinks.mail_server, sinks.gateway)]
    tell([server.sockets[0].getsockname()[1] for server in servers])
    while await asyncio.to_thread(sys.stdin.readline):
        tell(sinks.counts())


def tell(what) -> None:
    """One line of JSON."""
    print(json.dumps(what), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(serve())
