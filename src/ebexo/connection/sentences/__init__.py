"""Problems with SALESmanago in words for a merchant: what is wrong, what it means and what to do."""

from django.utils.functional import Promise

Words = str | Promise
