"""Reading a test's emails, and what a browser was told."""

from __future__ import annotations

import re

from accelerator import rls
from accelerator.models import Email


def emails(**which):
    """The emails of the ledger, newest first, such as `emails(kind="invitation")` or `emails(to=address)`."""
    with rls.every_city():
        return list(Email.objects.filter(**which))


def last_mail(**which):
    return next(iter(emails(**which)), None)


def change(rows=None, **fields):
    """Change all emails, or this one, and read it again."""
    with rls.every_city():
        (Email.objects.all() if rows is None else Email.objects.filter(pk=rows.pk)).update(**fields)
    return reload(rows) if rows else None


def reload(row):
    with rls.every_city():
        row.refresh_from_db()
    return row


def code_for(email):
    """The code of the newest sign-in email to this address."""
    return code_in(last_mail(to=email, kind="sign-in"))


def code_in(mail):
    return re.search(r"^ {4}(\w{4}-\w{4})$", mail.text, re.MULTILINE).group(1)


def path_in(mail):
    """The invitation's address, from the text of its email."""
    return re.search(r"https?://[^/\s]+(/invitation/\S+/)", mail.text).group(1)


def signed_in(browser):
    return "_auth_user_id" in browser.session


def messages_of(response):
    return [str(message) for message in response.context["messages"]]
