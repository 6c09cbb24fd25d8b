"""Servers on the other side, for real: a mail server that refuses, and a gateway that misbehaves as it is told."""

import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.e2e.post_office import PostOffice


class StrictOffice(PostOffice):
    """A mail server with a list of unknown recipients and a code for each, that can break off after taking a letter."""

    def __init__(self, refused: dict[str, int] | None = None, *, break_after: int | None = None):
        super().__init__()
        self.refused, self.break_after, self.sessions = refused or {}, break_after, 0

    async def _talk(self, reader, writer):
        self.sessions += 1
        writer.write(b"220 strict office\r\n")
        while line := await reader.readline():
            verb, answer = line[:4].upper().strip(), b"250 ok\r\n"
            if verb == b"RCPT":
                answer = self._recipient(line.decode())
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await self._letter(reader))
                if len(self.letters) == self.break_after:
                    self.break_after = None
                    break
            elif verb == b"QUIT":
                writer.write(b"221 good bye\r\n")
                break
            writer.write(answer)
        writer.close()

    def _recipient(self, line: str) -> bytes:
        for address, code in self.refused.items():
            if address in line:
                return f"{code} no such mailbox here\r\n".encode()
        return b"250 ok\r\n"


class Gateway:
    """`with Gateway(200, 500, "hang") as gateway:` answers 200, then 500, then the last for ever.

    An answer is a status, (status, headers), (status, headers, body), "hang" (never), "drip" (a byte of a header each
    0.1 s), "huge" (10 MB), "cut" (closes without an answer). `seen` are (headers, body as bytes).
    """

    def __init__(self, *answers):
        self.answers, self.seen, self.lock = list(answers), [], threading.Lock()
        self.over = threading.Event()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with sink.lock:
                    sink.seen.append((dict(self.headers), body))
                    answer = sink.answers.pop(0) if len(sink.answers) > 1 else sink.answers[0]
                getattr(self, f"say_{answer}", lambda: self.say(answer))()

            def do_GET(self):
                with sink.lock:
                    sink.seen.append((dict(self.headers), b"GET"))
                self.say(200)

            def say(self, answer):
                status, headers, body = (*((answer,) if isinstance(answer, int) else answer), {}, b"")[:3]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def say_hang(self):
                sink.over.wait(30)
                self.close_connection = True

            def say_drip(self):
                self.close_connection = True
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not sink.over.is_set():
                    try:
                        self.wfile.write(b"z")
                    except OSError:
                        return
                    time.sleep(0.1)

            def say_huge(self):
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.say((200, {}, b"x" * 10_000_000))

            def say_cut(self):
                self.close_connection = True

            def log_message(self, *_words):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 50

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send?app=1"

    def __enter__(self):
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_exception):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(body) for _headers, body in self.seen]

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _body in self.seen]


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
