from collections.abc import Sequence
from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFilter

SIZE = 800
FINE = 2  # drawn twice as large and then reduced, which smooths the edges

Point = tuple[float, float]
Box = tuple[float, float, float, float]

OAK, BIRCH, WALNUT, DARK = "#c48b52", "#e2c195", "#87583a", "#4b3527"
SAGE, MOSS, TERRACOTTA, MUSTARD = "#8fa890", "#5f7d66", "#c7704d", "#dba545"
CREAM, LINEN, INK, BERRY = "#f7efe2", "#e9dcc8", "#3b4450", "#b8433a"


class Canvas:
    """A square picture with coordinates from 0 to 100, right and down."""

    def __init__(self, *, wall: str, floor: str | None = None, floor_from: float = 74) -> None:
        self.image = Image.new("RGB", (SIZE * FINE, SIZE * FINE), wall)
        self.pen = ImageDraw.Draw(self.image)
        if floor:
            self.rect((0, floor_from, 100, 100), floor)

    def rect(self, box: Box, fill: str, *, radius: float = 0) -> None:
        self.pen.rounded_rectangle(self._scaled(box), radius=radius * self._unit, fill=fill)

    def ellipse(self, box: Box, fill: str) -> None:
        self.pen.ellipse(self._scaled(box), fill=fill)

    def circle(self, centre: Point, radius: float, fill: str) -> None:
        x, y = centre
        self.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def half_ellipse(self, box: Box, fill: str, *, start: float = 180, end: float = 360) -> None:
        self.pen.pieslice(self._scaled(box), start, end, fill=fill)

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        self.pen.polygon([self._point(point) for point in points], fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        """A line with round ends."""
        scaled = [self._point(point) for point in points]
        self.pen.line(scaled, fill=fill, width=round(width * self._unit), joint="curve")
        for end in (points[0], points[-1]):
            self.circle(end, width / 2, fill)

    def leaf(self, centre: Point, *, length: float, angle: float, fill: str) -> None:
        """A pointed leaf; the angle is in degrees, clockwise from the right."""
        turn = angle * pi / 180
        edge = [(step / 8 - 1, 1) for step in range(17)] + [(1 - step / 8, -1) for step in range(17)]
        outline = []
        for along, side in edge:
            x, y = along * length / 2, side * (1 - along * along) * length * 0.2
            outline.append(
                (centre[0] + x * cos(turn) - y * sin(turn), centre[1] + x * sin(turn) + y * cos(turn))
            )
        self.polygon(outline, fill)

    def shadow(self, box: Box, *, strength: int = 60, blur: float = 1.2) -> None:
        """A soft shadow on the floor."""
        mask, pen = self._mask()
        pen.ellipse(self._scaled(box), fill=strength)
        self._tint((40, 28, 18), mask, blur=blur)

    def glow(self, points: Sequence[Point], *, strength: int = 90, blur: float = 2) -> None:
        """Warm light in the shape of a polygon."""
        mask, pen = self._mask()
        pen.polygon([self._point(point) for point in points], fill=strength)
        self._tint((255, 240, 190), mask, blur=blur)

    def webp(self) -> bytes:
        """The finished picture as a WebP file."""
        out = BytesIO()
        small = self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        small.save(out, "WEBP", quality=88)
        return out.getvalue()

    def _mask(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        mask = Image.new("L", self.image.size, 0)
        return mask, ImageDraw.Draw(mask)

    def _tint(self, colour: tuple[int, int, int], mask: Image.Image, *, blur: float) -> None:
        # A quarter of the size is enough for something blurred, and sixteen times faster.
        little = mask.resize((SIZE // 2, SIZE // 2)).filter(ImageFilter.GaussianBlur(blur * SIZE / 200))
        self.image.paste(colour, mask=little.resize(self.image.size))

    @property
    def _unit(self) -> float:
        return SIZE * FINE / 100

    def _point(self, point: Point) -> Point:
        return point[0] * self._unit, point[1] * self._unit

    def _scaled(self, box: Box) -> Box:
        left, top, right, bottom = box
        return left * self._unit, top * self._unit, right * self._unit, bottom * self._unit
