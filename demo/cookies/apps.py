from django.apps import AppConfig


class CookiesConfig(AppConfig):
    name = "demo.cookies"
    label = "cookies"
