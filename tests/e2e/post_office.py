"""A mail server in a thread that keeps what it is given; a little SMTP, no more than Django's client speaks."""

import asyncio
import email
import email.policy
import threading


class PostOffice:
    """`with PostOffice() as office:` listens on `office.port` and collects `office.letters`."""

    def __init__(self):
        self.letters: list[email.message.EmailMessage] = []
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *exc):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def to(self, address: str) -> list[email.message.EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader, writer):
        writer.write(b"220 post office\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await self._letter(reader))
            if verb == b"QUIT":
                writer.write(b"221 good bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        writer.close()

    async def _letter(self, reader):
        lines = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)
