"""Sign-in, sign-out, profile and language: unprefixed URL names, as Django and allauth expect them.

Only two of allauth's views are routed, under each name that allauth itself reverses.
"""

from django.urls import path

from cities.account import address, sessions, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/", views.sign_in, name="account_request_login_code"),
    path("sign-in/code/", views.enter_code, name="account_confirm_login_code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("i18n/", views.set_language, name="set_language"),
    path("me/", views.profile, name="profile"),
    path("me/devices/", sessions.sessions, name="sessions"),
    path("me/address/", address.change, name="address-change"),
    path("address/<str:token>/", address.confirm, name="address-confirm"),
    path("keep-address/<str:token>/", address.keep, name="address-keep"),
]
