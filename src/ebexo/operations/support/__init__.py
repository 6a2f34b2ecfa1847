"""The support bundle: what somebody who helps needs to see of an installation, and nothing of anybody.

What goes in is listed, field by field. Whatever is added to a table or to the environment later stays out until it is
listed here, too.
"""
