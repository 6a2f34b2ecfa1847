"""Konfiguracja → Użytkownicy: who sees the store, and what they may do."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ebexo.callbacks.addresses import public_base
from ebexo.panel.links import new_link
from ebexo.panel.members.form import MemberForm
from ebexo.panel.models import Link, Member, Role, User
from ebexo.panel.page import StorePage
from ebexo.panel.users import IsOperator, add_member, people, remove_member


class MembersPage(StorePage):
    """Nobody takes the access away from themselves, so a store never loses its last owner by mistake."""

    title = gettext_lazy("Users")
    template_name = "panel/members/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        return self._page(MemberForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let somebody in, or what a button beside somebody's name says."""
        self.for_owners()
        does, _colon, number = request.POST.get("do", "").partition(":")
        if does == "add":
            return self._add(MemberForm(request.POST))
        if does in ("off", *Role.values) and number.isascii() and number.isdecimal() and len(number) < 19:
            member = get_object_or_404(self._members().exclude(user=self.user), pk=int(number))
            self._change(member, does)
        return redirect("admin:members", handle=self.store.handle)

    def _change(self, member: Member, does: str) -> None:
        if does == "off":
            remove_member(member.user, self.store)
            messages.success(
                self.request, _("%(email)s no longer sees this store.") % {"email": member.user.email}
            )
        elif does != member.role:
            add_member(member.user.email, store=self.store, role=Role(does))
            messages.success(self.request, _("The role has been changed."))

    def _add(self, form: MemberForm) -> HttpResponse:
        if not form.is_valid():
            return self._page(form)
        known = people().filter(email=form.cleaned_data["email"]).first()
        if known and not known.is_active:
            form.add_error(
                "email", _("This login has been switched off. Ask the person who runs this installation.")
            )
            return self._page(form)
        try:
            user = add_member(store=self.store, **form.member())
        except IsOperator:
            form.add_error("email", _("This is an operator, who sees every store already."))
            return self._page(form)
        if not _may_be_given_a_link(user, known=known is not None, member_of=self.store.pk):
            messages.success(
                self.request,
                _("%(email)s sees this store now, and logs in as before.") % {"email": user.email},
            )
            return redirect("admin:members", handle=self.store.handle)
        link = new_link(user, Link.Purpose.INVITATION, base=public_base(self.request), now=timezone.now())
        return self._page(MemberForm(), link=link, invited=user)

    def _members(self) -> QuerySet[Member]:
        members = Member.objects.filter(store=self.store, user__platform_store=None)
        return members.select_related("user").order_by("user__email")

    def _page(self, form: MemberForm, **context: object) -> HttpResponse:
        return self.render(
            form=form,
            members=self._members(),
            me=self.user,
            may_change=self.may_change,
            roles=Role,
            **context,
        )


def _may_be_given_a_link(user: User, *, known: bool, member_of: int) -> bool:
    """A link lets whoever has it choose the password. So an owner gets one only for a login that is new, or that has
    no password yet and sees no other store: nobody becomes somebody else.
    """
    if not known:
        return True
    elsewhere = user.memberships.exclude(store_id=member_of).exists()
    return not user.has_usable_password() and user.last_login is None and not elsewhere
