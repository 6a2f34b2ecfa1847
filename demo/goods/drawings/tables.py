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


def dining() -> Canvas:
    art = Canvas(wall="#e6e3d8", floor="#c9b08d", floor_from=78)
    art.circle((50, 40), 31, "#f1eee5")
    art.shadow((8, 84, 92, 95))
    for x in (24, 72):
        art.polygon([(x, 52), (x + 4, 52), (x + 3.2, 82), (x + 0.8, 82)], "#6d452c")
    for x, lean in ((15, -2), (80, 2)):
        art.polygon([(x, 52), (x + 5, 52), (x + 3.8 + lean, 91), (x + 1.2 + lean, 91)], WALNUT)
    art.rect((16, 50, 84, 56), "#75492e", radius=1)
    art.rect((8, 45, 92, 51), WALNUT, radius=2)
    art.rect((8, 45, 92, 47), "#a06e4b", radius=1)
    for centre, colour in (((44, 33), BERRY), ((52, 31.5), MUSTARD), ((58, 33.5), "#9fb36b")):
        art.circle(centre, 4.2, colour)
    art.half_ellipse((35, 20, 67, 46), CREAM, start=0, end=180)
    art.half_ellipse((39, 26, 63, 44), LINEN, start=0, end=180)
    art.rect((46, 44, 56, 45.6), LINEN, radius=0.6)
    return art


def coffee() -> Canvas:
    art = Canvas(wall="#f0e6da", floor="#dac6a9", floor_from=66)
    art.circle((50, 34), 27, "#f8f1e8")
    art.shadow((14, 82, 88, 95))
    art.line([(50, 58), (50, 80)], "#c7a172", 3.4)
    art.line([(27, 58), (20, 88)], BIRCH, 3.8)
    art.line([(73, 58), (80, 88)], BIRCH, 3.8)
    art.ellipse((27, 70, 73, 78), "#c7a172")
    art.ellipse((27, 68.6, 73, 76.6), BIRCH)
    art.ellipse((14, 50, 86, 67), "#c7a172")
    art.ellipse((14, 47.5, 86, 64.5), "#ecd2ab")
    art.ellipse((20, 49.4, 80, 62.4), BIRCH)
    art.polygon([(28, 55), (46, 52.6), (51, 57), (32, 59.6)], TERRACOTTA)
    art.polygon([(30, 52.6), (47, 50.6), (51, 54.6), (34, 57)], CREAM)
    art.ellipse((58, 55, 74, 60), LINEN)
    art.rect((61, 47.5, 71, 57.4), SAGE, radius=2.4)
    art.ellipse((61, 46, 71, 49.4), MOSS)
    return art


def desk() -> Canvas:
    art = Canvas(wall="#dde3e6", floor="#c8b195", floor_from=80)
    art.rect((56, 10, 84, 34), "#f2f4f2", radius=0.8)
    art.polygon([(58, 32), (67, 19), (73, 27), (77, 22), (82, 32)], "#a9bcae")
    art.circle((76, 16), 2.6, MUSTARD)
    art.shadow((10, 86, 92, 95))
    for x in (78, 84):
        art.rect((x - 0.5, 52, x + 2.6, 90), "#a8743f", radius=1)
    art.rect((14, 52, 40, 86), OAK, radius=1.4)
    for top in (54, 64.6, 75.2):
        art.rect((16, top, 38, top + 9.4), "#d6a46d", radius=1)
        art.circle((27, top + 4.7), 1.2, DARK)
    for left in (16, 34.5):
        art.rect((left, 86, left + 3, 90.6), DARK, radius=0.6)
    art.rect((9, 47, 91, 53), OAK, radius=1.6)
    art.rect((9, 47, 91, 49), "#dcae7a", radius=1)
    art.polygon([(44, 47), (47, 33), (71, 33), (68, 47)], INK)
    art.polygon([(46.4, 45.4), (48.8, 34.6), (69, 34.6), (66.6, 45.4)], "#b9cdd3")
    art.rect((40, 45.8, 70, 47.2), "#5c6670", radius=0.6)
    art.rect((20, 39, 27, 47), TERRACOTTA, radius=1)
    for tip in ((21.5, 30), (23.5, 27.5), (25.5, 31)):
        art.line([(23.5, 39), tip], DARK, 0.9)
    art.rect((79, 41.4, 86, 47), CREAM, radius=1.2)
    return art
