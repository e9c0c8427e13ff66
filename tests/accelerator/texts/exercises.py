"""A third kind of text, as a package would add it: three tables, a permission, and how to find a row."""

from django.db import models
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import include, path

from accelerator.texts.desk.kinds import TextKind
from accelerator.texts.desk.urls import history_urls, urls
from accelerator.texts.models import Draft, Revision, Text
from cities.access import Permission, city_view
from cities.models import City


class Exercise(Text):
    city = models.ForeignKey(City, models.CASCADE)
    title = models.CharField(max_length=100)

    class Meta:
        app_label = "exercises"

    def __str__(self) -> str:
        return self.title


class ExerciseRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Exercise, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        app_label = "exercises"


class ExerciseDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Exercise, models.CASCADE, related_name="drafts")

    class Meta(Draft.Meta):
        app_label = "exercises"


def find(request: HttpRequest, city: City, exercise: int) -> Exercise:
    return get_object_or_404(city.exercise_set.select_related("written_by", "claimed_by"), pk=exercise)


EXERCISE = TextKind(name="exercises:exercise", read=Permission.READ_WHOLE, write=Permission.EDIT_PLAN, find=find)
_exercise = "cities/<slug:city>/exercises/<int:exercise>/"
own = [*urls(EXERCISE, _exercise, city_view), *history_urls(EXERCISE, _exercise, city_view)]

# The test site's URLs: the exercises, then the whole app.
urlpatterns = [path("", include((own, "exercises"))), path("", include("accelerator.urls"))]
