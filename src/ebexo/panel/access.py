"""Who may see which store, and who may change it."""

from django.db.models import QuerySet

from ebexo.panel.models import Role, User
from ebexo.stores.models import Store


def stores_of(user: User) -> QuerySet[Store]:
    """The stores this person may see."""
    stores = Store.objects.order_by("name", "pk")
    return stores if user.is_operator else stores.filter(members__user=user)


def home_of(user: User) -> int | None:
    """The number of the only store this person sees, if there is exactly one."""
    if user.is_operator:
        return None
    numbers = list(user.memberships.values_list("store_id", flat=True)[:2])
    return numbers[0] if len(numbers) == 1 else None


def may_change(user: User, store: Store) -> bool:
    """May this person change the settings of this store?"""
    return user.is_operator or store.members.filter(user=user, role=Role.OWNER).exists()
