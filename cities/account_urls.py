"""Signing in and out, oneself, the language: names without a prefix, as Django and allauth look for them.

Of allauth's views there are two, each under the names that allauth itself reverses.
"""

from django.urls import path

from cities.views import profile, signin

urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-in/", signin.sign_in, name="account_login"),
    path("sign-in/", signin.sign_in, name="account_request_login_code"),
    path("sign-in/code/", signin.enter_code, name="account_confirm_login_code"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("i18n/", signin.set_language, name="set_language"),
    path("me/", profile.profile, name="profile"),
]
