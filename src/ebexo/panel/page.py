"""What every page of the panel has in common: whose store it is, who may change it, and the frame around it."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.views import View

from ebexo.panel import sidebar
from ebexo.panel.access import may_change, stores_of
from ebexo.panel.models import User
from ebexo.stores.models import Store

if TYPE_CHECKING:
    from ebexo.panel.site import Panel


class Page(View):
    """A page of somebody who is logged in."""

    site: "Panel" = None  # type: ignore[assignment]  # given to as_view
    title: str | Promise
    template_name: str

    @property
    def user(self) -> User:
        """The person who is logged in; the site lets nobody else in."""
        assert isinstance(self.request.user, User)  # noqa: S101
        return self.request.user

    def render(self, **context: Any) -> HttpResponse:
        """The page in the panel's frame."""
        self.request.current_app = self.site.name
        frame = self.site.each_context(self.request) | {"title": self.title} | self.frame()
        return TemplateResponse(self.request, self.template_name, frame | context)

    def frame(self) -> dict[str, Any]:
        """What the frame shows besides: the menu, and the store if there is one."""
        return {
            "sidebar_navigation": sidebar.without_store(
                is_operator=self.user.is_operator, path=self.request.path
            )
        }


class StorePage(Page):
    """A page of one store. Whoever may not see the store gets the same 404 as if it did not exist."""

    store: Store
    may_change: bool

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        mine = stores_of(self.user).select_related("account")
        self.store = get_object_or_404(mine, handle=kwargs.pop("handle"))
        self.may_change = may_change(self.user, self.store)
        return super().dispatch(request, *args, **kwargs)

    def for_owners(self) -> None:
        """A viewer gets no further. Raises PermissionDenied."""
        if not self.may_change:
            raise PermissionDenied

    def frame(self) -> dict[str, Any]:
        return {
            "sidebar_navigation": sidebar.of_store(
                self.store, path=self.request.path, may_change=self.may_change
            ),
            "store": self.store,
            "has_other_stores": stores_of(self.user).exclude(pk=self.store.pk).exists(),
        }
