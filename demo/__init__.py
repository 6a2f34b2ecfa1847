"""Olcha, a furniture shop on django-oscar that shows the integration at work."""
