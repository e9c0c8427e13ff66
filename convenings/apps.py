from django.apps import AppConfig


class ConveningsConfig(AppConfig):
    name = "convenings"
