"""A POP3 and an IMAP server over one heap of mails: as much of either as a reader of mail speaks."""

import re
import socketserver
import ssl
import threading
from pathlib import Path

PEM = Path(__file__).with_name("mailbox.pem")
"""Key and certificate of 127.0.0.1, its own authority; of use to nobody but these tests."""
USER, PASSWORD = "bounces@county.example", "pass/word:1"
IN_ADDRESS = "bounces%40county.example:pass%2Fword%3A1"


class Mailbox(socketserver.ThreadingTCPServer):
    """`with Pop(mail, mail) as box:` serves `box.mails`, by id; `box.read` are the ids that somebody fetched.

    With `box.break_at` 2 the line breaks when the mail with the id 2 is asked for.
    """

    daemon_threads = allow_reuse_address = True
    scheme = ""

    def __init__(self, *mails: bytes, tls=False):
        self.mails, self.read, self.tls, self.next = {}, [], tls, 1
        self.break_at = None
        for mail in mails:
            self.put(mail)
        super().__init__(("127.0.0.1", 0), self.Talk)

    def put(self, mail: bytes) -> int:
        self.mails[self.next], self.next = mail, self.next + 1
        return self.next - 1

    def give(self, uid: int) -> bytes:
        if uid == self.break_at:
            raise OSError("the line breaks")
        self.read.append(uid)
        return self.mails[uid]

    @property
    def url(self) -> str:
        return f"{self.scheme}{'s' if self.tls else ''}://{IN_ADDRESS}@127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()

    def get_request(self):
        request, address = super().get_request()
        if self.tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(PEM)
            request = context.wrap_socket(request, server_side=True)
        return request, address

    def handle_error(self, request, client_address):
        pass


class Pop(Mailbox):
    """RFC 1939: numbers hold for one session, and what is deleted goes at its end."""

    scheme = "pop3"

    class Talk(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            self.gone, self.ids = set(), list(self.server.mails)
            self.say("+OK pop")
            while line := self.rfile.readline():
                verb, *words = line.decode().split()
                if verb == "QUIT":
                    for uid in self.gone:
                        self.server.mails.pop(uid, None)
                    return self.say("+OK")
                getattr(self, verb.lower())(*words)

        def say(self, *lines):
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        def user(self, name):
            self.name = name
            self.say("+OK")

        def pass_(self, word):
            self.say("+OK" if (self.name, word) == (USER, PASSWORD) else "-ERR [AUTH] wrong name or password")

        def uidl(self):
            self.say("+OK", *(f"{n} uid-{uid}" for n, uid in enumerate(self.ids, 1)), ".")

        def list(self):
            self.say("+OK", *(f"{n} {len(self.server.mails[uid])}" for n, uid in enumerate(self.ids, 1)), ".")

        def retr(self, number):
            mail = self.server.give(self.ids[int(number) - 1]).replace(b"\r\n.", b"\r\n..")
            self.wfile.write(b"+OK\r\n" + mail + b"\r\n.\r\n")

        def dele(self, number):
            self.gone.add(self.ids[int(number) - 1])
            self.say("+OK")

        def __getattr__(self, name):
            if name == "pass":
                return self.pass_
            raise AttributeError(name)


class Imap(Mailbox):
    """RFC 3501 and 4315 (UIDPLUS). `seen` are the ids that a reader marked as read by fetching without PEEK."""

    scheme = "imap"

    def __init__(self, *mails, **more):
        super().__init__(*mails, **more)
        self.seen, self.marked, self.selected = [], set(), []

    class Talk(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            self.known = False
            self.say(b"* OK imap")
            while line := self.rfile.readline():
                tag, verb, *rest = line.rstrip(b"\r\n").split(b" ", 2)
                verb, rest = verb.lower().decode(), (rest or [b""])[0].decode()
                if verb == "uid":
                    verb, rest = rest.split(" ", 1)
                answer = getattr(self, verb.lower())(rest)
                self.say(tag + b" " + (answer or b"OK done"))
                if verb == "logout":
                    return

        def say(self, line: bytes):
            self.wfile.write(line + b"\r\n")

        def capability(self, _rest):
            self.say(b"* CAPABILITY IMAP4rev1" + (b" UIDPLUS" if self.known else b""))

        def login(self, rest):
            self.known = rest.replace('"', "") == f"{USER} {PASSWORD}"
            return b"OK in" if self.known else b"NO [AUTHENTICATIONFAILED] wrong name or password"

        def select(self, rest, more=b"READ-WRITE"):
            self.server.selected.append((rest, more.decode()))
            if rest != '"INBOX"':
                return b"NO [NONEXISTENT] no such mailbox"
            self.say(b"* %d EXISTS" % len(self.server.mails))
            self.say(b"* OK [UIDVALIDITY 77] valid")
            return b"OK [" + more + b"] selected"

        def examine(self, rest):
            return self.select(rest, b"READ-ONLY")

        def fetch(self, rest):
            which, what = rest.split(" ", 1)
            for n, (uid, mail) in enumerate(self.server.mails.items(), 1):
                flags = rb"\Deleted" if uid in self.server.marked else b""
                if which == "1:*":
                    facts = (n, uid, flags, len(mail))
                    self.say(b"* %d FETCH (UID %d FLAGS (%s) RFC822.SIZE %d)" % facts)
                elif int(which) == uid:
                    most = int(re.search(r"<0\.(\d+)>", what)[1])
                    part = self.server.give(uid)[:most]
                    if ".PEEK" not in what:
                        self.server.seen.append(uid)
                    self.say(b"* %d FETCH (UID %d BODY[]<0> {%d}" % (n, uid, len(part)))
                    self.wfile.write(part + b")\r\n")

        def store(self, rest):
            self.server.marked |= {int(uid) for uid in rest.split(" ")[0].split(",")}

        def expunge(self, rest):
            for uid in map(int, rest.split(",")):
                if uid in self.server.marked:
                    self.server.mails.pop(uid, None)

        def logout(self, _rest):
            self.say(b"* BYE")
