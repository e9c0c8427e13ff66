"""The email queue: claimed before the server is contacted, sent once, and not lost without a broker."""

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import mail, mailbox, rls, tasks
from accelerator.celery import celery_app
from accelerator.models import Email, User
from tests.mails import change, emails, reload
from tests.mailserver import MailServer

State = Email.State


def waiting(seconds=0, **fields):
    """An email queued this long ago."""
    return Email.objects.create(
        to="ana@tulsa.example",
        subject="Your sign-in code",
        text="123456\n",
        html="<p>123456</p>",
        kind="sign-in",
        created_at=timezone.now() - timedelta(seconds=seconds),
        **fields,
    )


def send(**changes):
    return mail.send(
        **{
            "to": "ana@tulsa.example",
            "kind": "sign-in",
            "template": "sign_in_code",
            "language": "en",
            "context": {"code": "123456", "minutes": 15, "contact": "help@govex.example"},
            "reply_to": "help@govex.example",
            **changes,
        }
    )


@pytest.fixture
def server(settings):
    """A mail server; the settings point to it."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 20
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


# Rendering ------------------------------------------------------------------------


def test_a_email_is_text_and_html_with_the_subject_from_the_first_line():
    letter = mail.render("sign_in_code", {"code": "012345", "minutes": 15, "contact": ""}, "en")
    assert letter.subject == "Your sign-in code"
    assert letter.text.startswith(
        "Your sign-in code is:\n\n    012345\n\nThis code expires in 15 minutes. It works once,"
    )
    assert "012345" in letter.html
    assert "012345" not in letter.subject


def test_names_are_escaped_in_html_and_plain_in_text():
    context = {
        "name": "<b>Ana & João</b>",
        "subject_line": "Join the team of Tulsa",
        "paragraphs": ["It's <b>bold</b> & short."],
        "inviter": "O'Brien",
        "city": "Tulsa",
        "role": "mayor",
        "days": 30,
        "link": "http://127.0.0.1/x",
        "sign_in": "http://127.0.0.1/sign-in/",
    }
    letter = mail.render("invitation", context, "en")
    assert "Dear <b>Ana & João</b>," in letter.text
    assert "O'Brien has invited you to work on the Citywide Data Strategy for Tulsa. Your role: mayor." in letter.text
    assert "It's <b>bold</b> & short." in letter.text
    assert "&lt;b&gt;Ana &amp; João&lt;/b&gt;" in letter.html
    assert "<b>" not in letter.html


def test_a_subject_is_one_line_whatever_its_text():
    context = {"name": "Ana", "subject_line": "Work on Tulsa\nBcc: all@tulsa.example", "role": "mayor", "days": 30}
    letter = mail.render("invitation", context, "en")
    assert letter.subject == "Work on Tulsa"
    assert "\n" not in mail.render("invitation", {**context, "subject_line": "x" * 500}, "en").subject


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("template", ["sign_in_code", "no_access", "invitation"])
def test_every_email_renders_in_every_language(template, language):
    context = {
        "code": "123456",
        "minutes": 15,
        "email": "a@b.example",
        "name": "Ana",
        "days": 30,
        "contact": "c@d.example",
    }
    letter = mail.render(template, context, language)
    assert letter.subject
    assert letter.text
    assert f'<html lang="{language}">' in letter.html
    assert "<script" not in letter.html
    assert "<style" not in letter.html


# Addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ana.Silva@Tulsa.GOV ", "ana.silva@tulsa.gov"),
        ("ＡＮＡ＠tulsa.gov", "ana@tulsa.gov"),
        ("ana@MÜNCHEN.example", "ana@xn--mnchen-3ya.example"),
        ("ana+cda@tulsa.gov", "ana+cda@tulsa.gov"),
    ],
)
def test_an_address_is_stored_in_one_form(typed, stored):
    assert mail.address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "@tulsa.gov",
        "ana@tulsa",
        "joão@tulsa.gov",
        '"a b"@tulsa.gov',
        "a@b.gov\nx@y.gov",
        "a@" + "x" * 64 + ".gov",
        "a@" + "x." * 130 + "gov",
        "ana@tulsa..gov",
        "a b@tulsa.gov",
    ],
)
def test_an_invalid_address_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refusal:
        mail.address(typed)
    assert refusal.value.messages == [
        f"“{typed.strip()[:80]}” isn’t an email address. It should look like name@city.gov."
    ]


@pytest.mark.django_db
@given(
    st.one_of(
        st.text(),
        st.emails(),
        st.builds(
            "{}@{}.{}".format,
            st.text(min_size=1, max_size=9),
            st.text(min_size=1, max_size=9),
            st.text(min_size=2, max_size=5),
        ),
    )
)
def test_any_typed_address_is_refused_or_stored_in_one_form(typed):
    try:
        stored = mail.address(typed)
    except ValidationError:
        return
    assert stored == mail.address(stored) == mail.address(stored.upper())
    with transaction.atomic():
        user = User.objects.create_user(stored, name="x")
        user.refresh_from_db()
        assert user.email == stored
        user.delete()


# Claiming, and the server's replies --------------------------------------------------


@pytest.mark.django_db
def test_an_accepted_email_is_sent_and_its_text_is_deleted(server):
    row = send()
    assert mail.deliver(row.pk) == State.SENT
    reload(row)
    assert (row.state, row.text, row.html, row.reason) == (State.SENT, "", "", "")
    assert row.sent_at is not None
    (arrived,) = server.mails
    assert arrived["to"] == "ana@tulsa.example"
    assert arrived["reply-to"] == "help@govex.example"
    assert arrived["auto-submitted"] == "auto-generated"
    assert "123456" in arrived.get_body(("plain",)).get_content()
    assert "123456" in arrived.get_body(("html",)).get_content()


@pytest.mark.django_db
def test_a_email_is_sent_once(server):
    row = waiting(60)
    assert mail.deliver(row.pk) == State.SENT
    assert mail.deliver(row.pk) == ""
    assert mail.deliver_waiting() == 0
    assert len(server.mails) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "answer"),
    [("RCPT", "550 no such person"), ("MAIL", "553 not from you"), ("END", "554 looks like advertising")],
)
def test_a_refused_email_fails_with_the_servers_reason(server, verb, answer):
    server.answers[verb] = answer
    row = waiting()
    assert mail.deliver(row.pk) == State.FAILED
    reload(row)
    assert (row.state, row.reason, row.text, row.html) == (State.FAILED, answer, "", "")
    server.answers.clear()
    mail.deliver_waiting()
    assert server.mails == []


@pytest.mark.django_db
def test_an_email_that_is_deferred_by_the_server_is_sent_later(server):
    server.answers["RCPT"] = "451 try again"
    row = waiting(60)
    assert mail.deliver(row.pk) == State.QUEUED
    reload(row)
    assert (row.text, row.reason) == ("123456\n", "451 try again")
    server.answers.clear()
    assert mail.deliver_waiting() == 1
    assert len(server.mails) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["DATA", "END"])
def test_a_line_that_breaks_leaves_unknown_and_nothing_is_sent_again(server, moment):
    server.hang_up_at = moment
    row = waiting(60)
    assert mail.deliver(row.pk) == State.UNKNOWN
    server.hang_up_at = ""
    assert mail.deliver(row.pk) == ""
    assert mail.deliver_waiting() == 0
    reload(row)
    assert (row.state, row.text, row.html) == (State.UNKNOWN, "", "")
    assert server.mails == []


@pytest.mark.django_db
def test_a_server_that_hangs_up_after_accepting_changes_nothing(server):
    server.hang_up_at = "QUIT"
    row = waiting()
    assert mail.deliver(row.pk) == State.SENT
    assert len(server.mails) == 1


@pytest.mark.django_db
def test_without_a_server_an_email_stays_queued_and_an_expired_code_fails(settings, server):
    settings.EMAIL_PORT = closed_port()
    young, old = waiting(60), waiting(16 * 60)
    for row in (young, old):
        with pytest.raises(mail.NoServer):
            mail.deliver(row.pk)
        reload(row)
    assert (young.state, young.text) == (State.QUEUED, "123456\n")
    assert (old.state, old.text) == (State.FAILED, "")
    assert "refused" in old.reason
    tasks.deliver(str(young.pk))
    tasks.deliver_waiting()
    settings.EMAIL_PORT = server.port
    tasks.deliver_waiting()
    reload(young)
    assert young.state == State.SENT


@pytest.mark.django_db
def test_the_clock_sends_emails_queued_for_more_than_half_a_minute(server):
    young, old = waiting(20), waiting(40)
    assert mail.deliver_waiting() == 1
    reload(young)
    reload(old)
    assert (young.state, old.state) == (State.QUEUED, State.SENT)


@pytest.mark.django_db
def test_a_claim_without_an_end_becomes_unknown(server):
    now = timezone.now()
    lost = waiting(600, state=State.CLAIMED, claimed_at=now - timedelta(minutes=11))
    busy = waiting(600, state=State.CLAIMED, claimed_at=now - timedelta(minutes=1))
    assert mail.deliver_waiting() == 0
    reload(lost)
    reload(busy)
    assert (lost.state, lost.text) == (State.UNKNOWN, "")
    assert busy.state == State.CLAIMED
    assert server.mails == []


@pytest.mark.django_db
def test_a_slow_success_corrects_unknown(server):
    row = waiting(600, state=State.UNKNOWN)
    with rls.every_city():
        assert Email.objects.filter(pk=row.pk).settle(State.SENT, "", timezone.now()) == 1
    assert reload(row).state == State.SENT


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Several processes -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_processes_one_sends_an_email(server):
    row = waiting()
    together, results = threading.Barrier(2), []

    def run():
        together.wait()
        try:
            results.append(mail.deliver(row.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["", State.SENT]
    assert len(server.mails) == 1


KILLED = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = "{name}"
django.setup()
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", {port}, 20
settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
from accelerator import mail
import uuid
mail.deliver(uuid.UUID("{pk}"))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_leaves_unknown(server):
    """The claim is committed before the server is contacted, so no one sends the email again."""
    row = waiting()
    server.hold_at = "DATA"
    code = KILLED.format(name=connection.settings_dict["NAME"], port=server.port, pk=row.pk)
    worker = subprocess.Popen([sys.executable, "-c", code], env={**os.environ})
    assert server.holding.wait(60)
    reload(row)
    assert row.state == State.CLAIMED
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    server.hold_at = ""
    server.release.set()
    change(claimed_at=timezone.now() - timedelta(minutes=11))
    assert mail.deliver_waiting() == 0
    reload(row)
    assert row.state == State.UNKNOWN
    assert server.mails == []


# The broker ------------------------------------------------------------------------------


@pytest.fixture
def broker(monkeypatch):
    """Points Celery at another broker address, or at names of its own on the same one."""

    def at(url=None, prefix=""):
        monkeypatch.setitem(celery_app.conf, "broker_url", url or celery_app.conf.broker_url)
        options = {**celery_app.conf.broker_transport_options, "global_keyprefix": prefix}
        monkeypatch.setitem(celery_app.conf, "broker_transport_options", options)
        monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)
        monkeypatch.setattr(celery_app, "_pool", None)

    monkeypatch.setattr(mail.messenger, "_broker_back_at", 0.0)
    return at


@pytest.mark.django_db(transaction=True)
def test_a_email_goes_to_the_broker_on_commit(server, broker):
    broker(prefix=f"test-{uuid.uuid4()}:")
    with celery_app.connection_for_read() as line, line.SimpleQueue("mail") as queue:
        with transaction.atomic():
            send()
            transaction.set_rollback(True)  # what is rolled back isn't emailed
        with transaction.atomic():
            row = send()
            with pytest.raises(queue.Empty):
                queue.get(block=False)
        mail.messenger.wait()
        queued = queue.get(timeout=10)
        queued.ack()
    assert queued.headers["task"] == "accelerator.tasks.deliver"
    assert queued.payload[0] == [str(row.pk)]
    reload(row)
    assert row.state == State.QUEUED


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_process_sends_by_itself(server, broker, settings):
    """If the mail server is down too, the email stays queued for the clock."""
    broker(f"redis://127.0.0.1:{closed_port()}/0")
    send()
    send(to="joao@tulsa.example")
    mail.messenger.wait()
    assert sorted(arrived["to"] for arrived in server.mails) == ["ana@tulsa.example", "joao@tulsa.example"]
    assert {email.state for email in emails()} == {State.SENT}
    settings.EMAIL_PORT = closed_port()
    row = send()
    mail.messenger.wait()
    reload(row)
    assert row.state == State.QUEUED
    change(row, created_at=timezone.now() - timedelta(seconds=40))
    settings.EMAIL_PORT = server.port
    assert mail.deliver_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_a_silent_broker_delays_no_page(server, broker):
    """`send` returns while the broker is still silent; when the connection breaks, the email is sent without it."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        row = send()
        line, _address = silent.accept()
        reload(row)
        assert row.state == State.QUEUED
        line.close()
    mail.messenger.wait()
    reload(row)
    assert row.state == State.SENT
    assert len(server.mails) == 1


# Files -----------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "accelerator.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.mark.django_db
def test_without_a_server_emails_are_readable_files(folder):
    row = send(context={"code": "123456", "minutes": 15, "contact": "ação@govex.example"}, language="pt-br")
    assert mail.deliver(row.pk) == State.SENT
    (file,) = folder.iterdir()
    assert file.suffix == ".eml"
    text = file.read_text(encoding="utf-8")
    assert "    123456\n" in text
    assert "ação@govex.example" in text
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (read["To"], read["Reply-To"]) == ("ana@tulsa.example", "help@govex.example")
    assert "123456" in read.get_body(("plain",)).get_content()
    assert "123456" in read.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "to", ["../../etc/passwd@x.example", "a/b@x.example", "..@x.example", "é@x.example", "x" * 200]
)
def test_a_file_name_is_letters_digits_and_hyphens(folder, to):
    letter = mail.Letter("s", "t", "<p>h</p>")
    mailbox.EmailBackend().send_messages([mail.message(letter, to=to)])
    name = next(folder.iterdir()).stem
    assert name.replace("-", "").isalnum()
    assert name.isascii()
    assert [path.parent for path in folder.rglob("*")] == [folder]
