"""The pictures of the assortment, drawn by the shop itself: flat, quiet, one scene for each product."""

from collections.abc import Callable

from demo.goods.drawings import lamps, seats, small, tables
from demo.goods.drawings.canvas import Canvas

DRAWINGS: dict[str, Callable[[], Canvas]] = {
    "chair": seats.chair,
    "armchair": seats.armchair,
    "stool": seats.stool,
    "table": tables.dining,
    "coffee-table": tables.coffee,
    "desk": tables.desk,
    "floor-lamp": lamps.standing,
    "pendant-lamp": lamps.hanging,
    "bedside-lamp": lamps.bedside,
    "rug": small.rug,
    "vase": small.vase,
    "cushion": small.cushion,
    "clock": small.clock,
}
