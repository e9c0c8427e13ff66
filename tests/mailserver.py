"""A small local SMTP server that accepts, refuses, hesitates or hangs up as a test tells it to."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy


class _Session(socketserver.StreamRequestHandler):
    def reply(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        server: MailServer = self.server  # type: ignore[assignment]
        self.reply("220 test")
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            server.heard.append(verb)
            if verb == server.hold_at:
                server.holding.set()
                server.release.wait(20)
            if verb == server.hang_up_at:
                return
            if verb == "QUIT":
                self.reply("221 bye")
                return
            answer = server.answers.get(verb) or ("354 go on" if verb == "DATA" else "250 ok")
            self.reply(answer)
            if verb == "DATA" and answer.startswith("354") and not self._receive(server):
                return

    def _receive(self, server: MailServer) -> bool:
        data = b""
        while not data.endswith(b"\r\n.\r\n"):
            data += self.rfile.readline()
        if server.hang_up_at == "END":
            return False
        answer = server.answers.get("END") or "250 accepted"
        if answer.startswith("2"):
            server.mails.append(message_from_bytes(data[:-5], policy=policy.default))
        self.reply(answer)
        return True


class MailServer(socketserver.ThreadingTCPServer):
    """`answers`: a reply by verb (END is the end of the data); `hang_up_at`, `hold_at`: a verb."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list = []
        self.heard: list[str] = []
        self.answers: dict[str, str] = {}
        self.hang_up_at = self.hold_at = ""
        self.holding, self.release = threading.Event(), threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self) -> MailServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.shutdown()
        self.server_close()
