"""Failures the sandbox can be ordered to have.

`box` keeps the orders and says which one strikes, `changes` puts another answer in place of the right one,
`sending` decides how the answer travels, if at all.
"""
