"""A form with a key is processed once, however often it is submitted, and always leads to the same place."""

from datetime import timedelta

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.utils import timezone

from accelerator import form_keys
from accelerator.models import SentForm, User

pytestmark = pytest.mark.django_db
factory = RequestFactory()


class View:
    """Counts its calls and responds as configured."""

    def __init__(self, answer=None):
        self.runs = 0
        self.answer = answer or (lambda: HttpResponseRedirect("/sessions/1/"))

    def __call__(self):
        self.runs += 1
        return self.answer()


@pytest.fixture
def person():
    return User.objects.create_user("writer@city.example", name="Writer")


@pytest.fixture
def send(person):
    """Post a form to a view through its key; `request` is the last request."""

    def sending(view, data=None, *, by=None, path="/new/", **more):
        data = {"form_key": "k1", "title": "Call", **(data or {})}
        request = factory.post(path, data, **more)
        request.user, request.session = by or person, {}
        request._messages = FallbackStorage(request)
        sending.request = request
        return form_keys.once(request, view)

    return sending


def next_messages(request, response):
    """The messages that the browser's next page shows."""
    request._messages.update(response)
    following = factory.get("/")
    following.session, following.COOKIES = {}, {name: morsel.value for name, morsel in response.cookies.items()}
    return [(message.level, str(message)) for message in FallbackStorage(following)]


def test_new_key_is_never_the_same_and_fits_an_address():
    keys = {form_keys.new_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(key.replace("-", "").replace("_", "").isalnum() and len(key) >= 20 for key in keys)


def test_a_form_sent_twice_runs_once_and_leads_to_the_same_place(send):
    view = View()
    first, second = send(view), send(view)
    assert view.runs == 1
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == "/sessions/1/"


@pytest.mark.parametrize("changes", [{"title": "Visit"}, {"form_key": "k2"}, {"more": ""}, {"title": ["Call", "Call"]}])
def test_a_form_with_other_content_is_another_form(send, changes):
    view = View()
    send(view)
    send(view, changes)
    assert view.runs == 2


def test_a_form_with_a_new_token_alone_is_the_same_form(send):
    view = View()
    send(view, {"csrfmiddlewaretoken": "a"})
    send(view, {"csrfmiddlewaretoken": "b"})
    assert view.runs == 1


def test_a_form_of_another_person_or_at_another_address_is_another_form(send):
    view = View()
    send(view)
    send(view, by=User.objects.create_user("other@city.example", name="Other"))
    send(view, path="/new/?from=home")
    send(view, path="/new/two/")
    assert view.runs == 4


def test_a_form_without_a_key_runs_every_time(send):
    view = View()
    send(view, {"form_key": ""})
    send(view, {"form_key": ""})
    assert view.runs == 2
    assert not SentForm.objects.exists()


def test_a_page_that_is_only_looked_at_runs_every_time(person):
    view, request = View(), factory.get("/new/?form_key=k1")
    request.user = person
    form_keys.once(request, view)
    form_keys.once(request, view)
    assert view.runs == 2
    assert not SentForm.objects.exists()


def test_a_refused_form_is_judged_again(send):
    view = View(lambda: HttpResponse("Type a title.", status=422))
    assert send(view).status_code == 422
    view.answer = lambda: HttpResponseRedirect("/sessions/2/")
    assert send(view)["Location"] == "/sessions/2/"
    assert send(view)["Location"] == "/sessions/2/"
    assert view.runs == 2


def test_a_view_that_fails_leaves_an_error_to_its_caller(send):
    def fail():
        raise RuntimeError("No")

    with pytest.raises(RuntimeError, match="No"):
        send(View(fail))


def test_messages_of_the_first_time_are_shown_again(send):
    def answer():
        messages.success(send.request, "The session is planned.", extra_tags="big")
        messages.warning(send.request, "Nobody is invited.")
        return HttpResponseRedirect("/sessions/1/")

    view = View(answer)
    expected = [(messages.SUCCESS, "The session is planned."), (messages.WARNING, "Nobody is invited.")]
    for _time in range(2):
        response = send(view)
        assert next_messages(send.request, response) == expected
    assert view.runs == 1
    assert SentForm.objects.get().messages[0].extra_tags == "big"


def test_a_fragment_that_names_its_address_leads_there_the_second_time(send):
    view = View(lambda: HttpResponse("<li>new</li>", headers={"Content-Location": "/plan/"}))
    assert send(view).content == b"<li>new</li>"
    plain = send(view)
    assert (plain.status_code, plain["Location"]) == (302, "/plan/")
    by_htmx = send(view, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx["HX-Redirect"], by_htmx["HX-Refresh"]) == (200, "/plan/", "true")
    assert view.runs == 1


@pytest.mark.parametrize(
    ("name", "content", "runs"), [("plan.csv", b"a,b", 1), ("plan.csv", b"a;b", 2), ("plan2.csv", b"a,b", 2)]
)
def test_a_form_with_a_file_is_the_same_by_its_name_and_content(send, name, content, runs):
    seen = []

    def answer():
        seen.append(send.request.FILES["file"].read())
        return HttpResponseRedirect("/")

    view = View(answer)
    send(view, {"file": SimpleUploadedFile("plan.csv", b"a,b")})
    send(view, {"file": SimpleUploadedFile(name, content)})
    assert view.runs == runs
    assert seen == [b"a,b", content][:runs]  # the view reads the file from its beginning


def test_forget_old_removes_forms_of_more_than_a_day(send):
    send(View())
    send(View(), {"form_key": "k2"})
    young, old = SentForm.objects.all()
    SentForm.objects.filter(pk=old.pk).update(at=timezone.now() - form_keys.REMEMBERED - timedelta(seconds=5))
    SentForm.objects.filter(pk=young.pk).update(at=timezone.now() - form_keys.REMEMBERED + timedelta(minutes=5))
    form_keys.forget_old()
    assert list(SentForm.objects.all()) == [young]


@pytest.mark.parametrize(("again", "seconds", "runs"), [(True, 50, 1), (True, 70, 2), (False, 70, 1)])
def test_button_that_may_be_wanted_once_more_counts_as_new_after_a_minute(send, again, seconds, runs):
    view, data = View(), {"form_key": form_keys.new_key(again=again)}
    send(view, data)
    SentForm.objects.update(at=timezone.now() - timedelta(seconds=seconds))
    send(view, data)
    assert view.runs == runs


def test_a_form_that_was_forgotten_runs_again(send):
    view = View()
    send(view)
    SentForm.objects.update(at=timezone.now() - timedelta(days=2))
    form_keys.forget_old()
    send(view)
    assert view.runs == 2
