"""The app that carries our translations; it has no tables."""

from django.apps import AppConfig


class Texts(AppConfig):
    name = "ebexo"
    label = "ebexo_texts"
