from math import cos, pi, sin

from demo.goods.drawings.canvas import (
    BERRY,
    BIRCH,
    CREAM,
    DARK,
    INK,
    LINEN,
    MOSS,
    MUSTARD,
    OAK,
    SAGE,
    TERRACOTTA,
    WALNUT,
    Canvas,
)

HEATHER, PALE_HEATHER = "#8d6a86", "#cdb3c4"


def rug() -> Canvas:
    art = Canvas(wall="#d8bd97")
    for y in range(0, 100, 14):
        art.rect((0, y, 100, y + 0.6), "#c7a87e")
    for left, top in ((22, 0), (70, 14), (40, 28), (86, 42), (14, 56), (60, 70), (30, 84)):
        art.rect((left, top, left + 0.6, top + 14), "#c7a87e")
    art.shadow((8, 78, 94, 90), strength=50, blur=2)
    for step in range(33):
        x = 12.5 + step * 2.33
        art.line([(x, 16), (x, 86)], CREAM, 0.9)
    art.rect((11, 20, 89, 82), LINEN, radius=1)
    art.rect((14, 23, 86, 79), HEATHER, radius=0.6)
    art.rect((18, 27, 82, 75), LINEN, radius=0.4)
    for row, middle in enumerate((37.5, 51, 64.5)):
        for column in range(4):
            colour = (HEATHER, MUSTARD)[(row + column) % 2]
            _diamond(art, 26 + column * 16, middle, colour)
    return art


def _diamond(art: Canvas, x: float, y: float, colour: str) -> None:
    for size, fill in ((6.6, colour), (4.2, LINEN), (2.2, PALE_HEATHER)):
        art.polygon([(x - size, y), (x, y - size), (x + size, y), (x, y + size)], fill)


def vase() -> Canvas:
    art = Canvas(wall="#e9e2d2", floor="#b98d63", floor_from=82)
    art.circle((50, 42), 34, "#f4efe4")
    art.shadow((32, 83, 74, 91))
    stems = ((32, 20), (43, 12), (55, 16), (68, 24))
    for x, y in stems:
        art.line([(50, 52), ((50 + x) / 2 + (x - 50) * 0.12, (52 + y) / 2), (x, y)], WALNUT, 0.9)
    leaves = ((38, 34, -130), (45, 26, -60), (57, 30, -40), (62, 36, 20), (40, 42, 170), (60, 22, -100))
    for x, y, angle in leaves:
        art.leaf((x, y), length=12, angle=angle, fill=MOSS if angle < 0 else SAGE)
    for x, y in stems:
        _berries(art, x, y)
    outline = [(50 + side * _vase_width(t), 48 + t * 40) for side, t in _round_trip()]
    art.polygon(outline, INK)
    art.polygon([(50 - _vase_width(t) * 0.78 * (1 if s < 0 else 0.35), 49 + t * 38) for s, t in _round_trip()],
                "#56626f")  # fmt: skip
    art.ellipse((42.4, 46.4, 57.6, 50), "#2b323b")
    return art


def _vase_width(t: float) -> float:
    """Half the width of the vase at `t`, from its mouth (0) to its foot (1)."""
    belly: float = sin(pi * (t * 0.92 + 0.03)) ** 1.6
    return 7.5 + 11 * belly


def _round_trip() -> list[tuple[int, float]]:
    down = [(-1, step / 40) for step in range(41)]
    return down + [(1, t) for _side, t in reversed(down)]


def _berries(art: Canvas, x: float, y: float) -> None:
    for dx, dy in ((-2.6, 0.6), (2.4, 1), (0, -2), (0.2, 2.8), (-1.6, -3.4), (3, -2.4)):
        art.circle((x + dx, y + dy), 1.9, BERRY)
        art.circle((x + dx - 0.5, y + dy - 0.6), 0.5, "#e58a7d")


def cushion() -> Canvas:
    art = Canvas(wall="#dfe4dc", floor="#c5b08f", floor_from=76)
    art.rect((0, 70, 100, 80), "#a98f6b")
    art.shadow((16, 72, 88, 82), strength=70)
    art.polygon(_pillow(radius=31), "#e2d3ba")
    art.polygon(_pillow(radius=29.4), CREAM)
    for x, y, angle in (
        (40, 52, 120),
        (46, 44, 60),
        (55, 52, 30),
        (60, 40, -40),
        (50, 34, -100),
        (40, 38, 200),
    ):
        art.leaf((x, y), length=14, angle=angle, fill=MOSS if x % 20 else SAGE)
    for x, y in ((38, 34), (62, 56), (63, 32), (37, 60), (50, 46)):
        _berries(art, x, y)
    return art


def _pillow(*, radius: float) -> list[tuple[float, float]]:
    """A square whose sides bend inwards, as a cushion's do."""
    outline = []
    for degree in range(0, 360, 3):
        turn = degree * pi / 180
        stretch = 1 / max(abs(cos(turn)), abs(sin(turn)))
        bend = 1 - 0.1 * (2 - stretch * stretch) if stretch < 1.4 else 1
        outline.append((50 + radius * stretch * bend * cos(turn), 46 + radius * stretch * bend * sin(turn)))
    return outline


def clock() -> Canvas:
    art = Canvas(wall="#d6ddd9")
    art.shadow((20, 22, 86, 88), strength=55, blur=2.5)
    art.circle((50, 50), 34, OAK)
    art.circle((50, 50), 32.4, "#d6a46d")
    art.circle((50, 50), 28, CREAM)
    for hour in range(12):
        turn = hour * pi / 6
        start = 22 if hour % 3 == 0 else 24
        tick = [(50 + r * sin(turn), 50 - r * cos(turn)) for r in (start, 26)]
        art.line(tick, DARK if hour % 3 == 0 else BIRCH, 1.4)
    art.line([(50, 50), (40.5, 41)], DARK, 2.2)
    art.line([(50, 50), (66, 37)], DARK, 1.5)
    art.line([(50, 56), (50, 29)], TERRACOTTA, 0.7)
    art.circle((50, 50), 2, DARK)
    return art
