"""A mail server that keeps what it takes: aiosmtpd, with the manners that its mailboxes ask for.

    sink.py FOLDER [--tls CERT KEY] [--starttls CERT KEY] [--user NAME PASSWORD]

It says its port on the first line. Each mail becomes FOLDER/NUMBER.json with envelope and content. FOLDER/manners holds one
word for the whole server, read for each mail: `refuse` (no mail from anybody), `grey` (450 for the first try of each
recipient), `slow` (half a second for each message), nothing (as usual). Some mailboxes have manners of their own:
`tidak-ada` bounces, `penuh` is full for good after the message, `nanti` says 450 the first time, `putus` hangs up instead of
answering the message.
"""

import asyncio
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

warnings.simplefilter("ignore")
logging.disable()

FOLDER = pathlib.Path(sys.argv[1])
OPTIONS = sys.argv[2:]


def option(name, count):
    if name not in OPTIONS:
        return None
    at = OPTIONS.index(name) + 1
    return OPTIONS[at : at + count]


def manners():
    try:
        return (FOLDER / "manners").read_text().strip()
    except FileNotFoundError:
        return ""


class Sink:
    def __init__(self):
        self.tried = set()
        self.count = len(list(FOLDER.glob("*.json")))

    async def handle_MAIL(self, server, session, envelope, address, options):
        if manners() == "refuse":
            return "554 5.7.1 This server takes no mail"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        mailbox = address.split("@")[0]
        again = address in self.tried
        self.tried.add(address)
        if mailbox.startswith("tidak-ada"):
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if (mailbox.startswith("nanti") or manners() == "grey") and not again:
            return f"450 4.2.0 <{address}>: Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mailbox = envelope.rcpt_tos[0].split("@")[0]
        if manners() == "slow":
            await asyncio.sleep(0.5)
        if mailbox.startswith("penuh"):
            return "552 5.2.2 Mailbox full"
        self.count += 1
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": getattr(session, "signed_in_as", None),
            "peer": str(session.peer),
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "content": envelope.content.decode("utf-8", "replace"),
        }
        half = FOLDER / f"{self.count}.half"
        half.write_text(json.dumps(kept))
        half.rename(FOLDER / f"{self.count}.json")
        if mailbox.startswith("putus"):
            server.transport.abort()
        return "250 OK: kept"


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


class Served(Controller):
    def factory(self):
        settings = {"enable_SMTPUTF8": True, "hostname": "localhost"}
        if (files := option("--starttls", 2)) is not None:
            settings.update(tls_context=context(files), require_starttls=True)
        if (account := option("--user", 2)) is not None:

            def check(server, session, envelope, mechanism, data):
                right = (data.login.decode(), data.password.decode()) == tuple(account)
                if right:
                    session.signed_in_as = data.login.decode()
                return AuthResult(success=right, handled=False)

            settings.update(authenticator=check, auth_required=True, auth_require_tls=False)
        return SMTP(self.handler, **settings)


tls = option("--tls", 2)
served = Served(Sink(), hostname="127.0.0.1", port=int((option("--port", 1) or ["0"])[0]), ssl_context=tls and context(tls))


async def serve():
    listening = await asyncio.get_running_loop().create_server(
        served.factory, host="127.0.0.1", port=served.port, ssl=served.ssl_context
    )
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(serve())
