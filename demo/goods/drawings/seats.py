from demo.goods.drawings.canvas import BIRCH, CREAM, DARK, LINEN, MOSS, OAK, SAGE, TERRACOTTA, WALNUT, Canvas


def chair() -> Canvas:
    art = Canvas(wall="#efe4d3", floor="#dcc9ae", floor_from=78)
    art.circle((50, 40), 33, "#f6eee1")
    art.shadow((20, 84, 84, 94))
    for x in (31, 65):
        art.rect((x, 14, x + 4.2, 85), "#b27a45", radius=2)
    for top in (17, 27, 37):
        art.rect((33, top, 67, top + 5.4), OAK, radius=2.4)
        art.rect((33, top + 3.9, 67, top + 5.4), "#b27a45", radius=0.7)
    art.polygon([(29, 54), (71, 54), (76, 62), (24, 62)], BIRCH)
    art.rect((24, 61.5, 76, 66), OAK, radius=1.6)
    art.polygon([(32, 51.5), (68, 51.5), (73, 60.5), (27, 60.5)], SAGE)
    art.rect((26.6, 59.4, 73.4, 62), MOSS, radius=1.2)
    for left in (25, 70.2):
        art.rect((left, 66, left + 4.8, 91), OAK, radius=1.6)
    art.rect((28, 76, 72, 78.6), "#b27a45", radius=1)
    return art


def armchair() -> Canvas:
    art = Canvas(wall="#dfe6dd", floor="#cdb592", floor_from=80)
    art.rect((8, 10, 34, 44), "#cfd9cd", radius=1)
    art.rect((10, 12, 32, 42), "#eef2ea", radius=0.6)
    art.leaf((22, 25), length=19, angle=-70, fill=SAGE)
    art.leaf((17, 30), length=12, angle=-125, fill=MOSS)
    art.shadow((12, 84, 90, 95))
    for x, lean in ((22, -3), (74, 3)):
        art.polygon([(x, 78), (x + 5, 78), (x + 3.6 + lean, 91), (x + 1.4 + lean, 91)], WALNUT)
    art.rect((25, 24, 75, 74), TERRACOTTA, radius=11)
    art.rect((29, 28, 71, 62), "#d3825f", radius=8)
    art.rect((24, 56, 76, 73), "#da8f6c", radius=5)
    art.rect((22, 68, 78, 81), "#b3603f", radius=4)
    for x in (14, 72):
        art.rect((x, 46, x + 14, 81), TERRACOTTA, radius=6)
        art.rect((x, 46, x + 14, 56), "#da8f6c", radius=5)
    art.polygon([(40, 40), (60, 38), (63, 57), (39, 58)], CREAM)
    for y in (43, 48, 53):
        art.line([(42, y), (60, y - 1)], LINEN, 0.9)
    return art


def stool() -> Canvas:
    art = Canvas(wall="#e8dfe0", floor="#d3bda3", floor_from=80)
    art.circle((50, 44), 30, "#f3ecec")
    art.shadow((22, 84, 80, 94))
    art.line([(50, 44), (50, 82)], "#a87542", 3.6)
    art.line([(37, 44), (27, 88)], OAK, 4)
    art.line([(63, 44), (73, 88)], OAK, 4)
    art.line([(31.5, 68), (68.5, 68)], "#a87542", 2.6)
    art.rect((26, 37.5, 74, 45), "#b27a45", radius=3.7)
    art.ellipse((26, 31, 74, 44), BIRCH)
    art.ellipse((32, 33.4, 68, 41.6), "#d9b480")
    art.ellipse((39, 35.2, 61, 39.8), BIRCH)
    art.rect((42, 24, 58, 37), INK_MUG, radius=2.5)
    art.ellipse((42, 22.4, 58, 26.4), DARK)
    art.line([(58, 28), (61.5, 29), (61, 33), (58, 34)], INK_MUG, 1.6)
    return art


INK_MUG = "#5b7083"
