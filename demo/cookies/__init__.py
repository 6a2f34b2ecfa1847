"""The visitor's choice about cookies, and the banner that asks for it."""
