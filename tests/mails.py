"""Reading the mails of a test, and what a browser was told."""

from __future__ import annotations

import re

from accelerator.models import OutgoingMail


def last_mail(**which):
    """The newest mail, such as `last_mail(kind="invitation")` or `last_mail(to=email)`."""
    return OutgoingMail.objects.filter(**which).order_by("-pk").first()


def code_for(email):
    """The six digits of the newest sign-in mail to this address."""
    return re.search(r"^ {4}(\d{6})$", last_mail(to=email, kind="sign-in").text, re.MULTILINE).group(1)


def path_in(mail):
    """The invitation's address, from the text of its mail."""
    return re.search(r"https?://[^/\s]+(/invitation/\S+/)", mail.text).group(1)


def signed_in(browser):
    return "_auth_user_id" in browser.session


def messages_of(response):
    return [str(message) for message in response.context["messages"]]
