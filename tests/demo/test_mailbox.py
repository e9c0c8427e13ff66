"""The emails that were written to files, read again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accelerator import mail
from accelerator.mailbox import EmailBackend
from demo import mailbox


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_a_written_email_is_read_with_its_time_and_both_bodies(folder):
    letter = mail.Letter("s", "t 123456", "<p>123456</p>")
    to, reply_to = "ana@tulsa.example", "help@govex.example"
    EmailBackend().send_messages([mail.message(letter, to=to, reply_to=reply_to)])
    (name,) = mailbox.names()
    (read,) = mailbox.read([name])
    assert (read.to, read.reply_to) == ("ana@tulsa.example", "help@govex.example")
    assert "123456" in read.part("plain")
    assert "123456" in read.part("html")
    assert abs(read.at - timezone.now()) < timedelta(minutes=5)


def test_only_names_in_the_folder_are_read(folder):
    EmailBackend().send_messages([mail.message(mail.Letter("s", "t", "h"), to="a@x.example")])
    (folder.parent / "secret.eml").write_text("Subject: no\n\nno")
    assert list(mailbox.read(["../secret", "/etc/passwd", "", ".", "secret"])) == []
    assert len(list(mailbox.read(mailbox.names()))) == 1
