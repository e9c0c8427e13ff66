from django.urls import path

from dashboards.views import home, statement

urlpatterns = [
    path("", home.home, name="home"),
    path("accessibility/", statement.accessibility, name="accessibility"),
]
