from django.apps import AppConfig


class GoodsConfig(AppConfig):
    name = "demo.goods"
    label = "goods"
