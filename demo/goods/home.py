from typing import Any

from django.views.generic import TemplateView
from oscar.core.loading import get_model


class Home(TemplateView):
    """The first page: the categories and everything the shop sells."""

    template_name = "shop/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        products = get_model("catalogue", "Product").objects.browsable().base_queryset()
        categories = get_model("catalogue", "Category").objects.browsable().filter(depth=1)
        return super().get_context_data(products=products, categories=categories, **kwargs)
