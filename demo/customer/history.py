from django.http import HttpRequest, HttpResponse
from oscar.apps.customer import history as oscar

from demo.cookies.choice import allowed


class CustomerHistoryManager(oscar.CustomerHistoryManager):  # type: ignore[misc]
    """Recently viewed products, remembered only for visitors who accepted such cookies."""

    @classmethod
    def update(cls, product: object, request: HttpRequest, response: HttpResponse) -> None:
        if allowed(request):
            super().update(product, request, response)
