"""A counter that moves with every change, so that the page asks only for what is new."""


class Revisions:
    def __init__(self) -> None:
        self.current = 0

    def next(self) -> int:
        self.current += 1
        return self.current
