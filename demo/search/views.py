from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import ListView
from oscar.core.loading import get_model


class CatalogueView(ListView):  # type: ignore[type-arg]
    """Everything the shop sells."""

    template_name = "oscar/catalogue/browse.html"
    context_object_name = "products"
    paginate_by = 24

    def get_queryset(self) -> Any:
        return get_model("catalogue", "Product").objects.browsable().base_queryset()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(summary=_("All products"), **kwargs)


class ProductCategoryView(CatalogueView):
    """One category with everything below it."""

    template_name = "oscar/catalogue/category.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        categories = get_model("catalogue", "Category").objects.browsable()
        self.category: Any = get_object_or_404(categories, pk=kwargs["pk"])
        if request.path != self.category.get_absolute_url():
            return HttpResponsePermanentRedirect(self.category.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        below = self.category.get_descendants_and_self()
        return super().get_queryset().filter(categories__in=below).distinct()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(category=self.category, **kwargs)


class FacetedSearchView(CatalogueView):
    """Products whose name, description or code contain every word asked for."""

    template_name = "oscar/search/results.html"

    def get_queryset(self) -> Any:
        words = self.request.GET.get("q", "").casefold().split()
        # Compared in Python, since SQLite folds the case of English letters only.
        return [product for product in super().get_queryset() if _mentions_all(product, words)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(query=self.request.GET.get("q", ""), **kwargs)


def _mentions_all(product: Any, words: list[str]) -> bool:
    text = f"{product.title} {product.upc} {product.description}".casefold()
    return all(word in text for word in words)
