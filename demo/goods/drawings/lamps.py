from demo.goods.drawings.canvas import BIRCH, CREAM, DARK, INK, LINEN, MUSTARD, OAK, SAGE, WALNUT, Canvas


def standing() -> Canvas:
    art = Canvas(wall="#d9d5cc", floor="#b99f7d", floor_from=82)
    art.glow([(36, 36), (64, 36), (92, 86), (8, 86)], strength=110, blur=5)
    art.glow([(40, 14), (60, 14), (78, 0), (22, 0)], strength=80, blur=5)
    art.shadow((30, 86, 72, 94))
    art.line([(50, 34), (50, 88)], OAK, 2.6)
    for foot in ((33, 90), (67, 90)):
        art.line([(50, 70), foot], OAK, 2.6)
    art.line([(41, 81), (59, 81)], WALNUT, 1.6)
    art.polygon([(39, 12), (61, 12), (69, 38), (31, 38)], CREAM)
    art.polygon([(53, 12), (61, 12), (69, 38), (57, 38)], LINEN)
    art.rect((31, 36.6, 69, 38.4), MUSTARD, radius=0.8)
    art.rect((39, 11.4, 61, 12.8), MUSTARD, radius=0.6)
    art.line([(58, 38), (58, 48)], DARK, 0.5)
    art.circle((58, 49), 1.1, MUSTARD)
    return art


def hanging() -> Canvas:
    art = Canvas(wall="#3f5249")
    art.glow([(26, 56), (74, 56), (96, 100), (4, 100)], strength=90, blur=5)
    art.line([(50, -2), (50, 26)], DARK, 1)
    art.rect((46, 22, 54, 32), WALNUT, radius=2)
    art.half_ellipse((20, 28, 80, 84), "#d9793f")
    art.half_ellipse((24, 31, 62, 81), "#e58d55", start=190, end=285)
    art.rect((19, 54.6, 81, 57.6), "#b9602c", radius=1.4)
    art.circle((50, 58.6), 6, "#fff3cf")
    art.circle((50, 58), 4.4, "#fffaf0")
    art.rect((0, 92, 100, 100), OAK)
    art.rect((0, 92, 100, 93.4), "#d8a873")
    art.ellipse((37, 88, 63, 94), CREAM)
    art.ellipse((41, 89, 59, 92.6), LINEN)
    return art


def bedside() -> Canvas:
    art = Canvas(wall="#c9ced6")
    art.glow([(30, 46), (70, 46), (84, 82), (16, 82)], strength=100, blur=5)
    art.glow([(38, 20), (62, 20), (74, 4), (26, 4)], strength=80, blur=5)
    art.rect((0, 80, 100, 100), WALNUT)
    art.rect((0, 80, 100, 82.4), "#a06e4b")
    art.shadow((28, 77.6, 76, 84), strength=70)
    art.rect((47.6, 44, 52.4, 56), OAK, radius=1)
    art.ellipse((33, 52, 67, 81), SAGE)
    art.ellipse((37, 55, 52, 76), "#a3b9a4")
    art.rect((40, 77.4, 60, 81), "#74907a", radius=1)
    art.polygon([(37, 18), (63, 18), (73, 47), (27, 47)], CREAM)
    art.polygon([(53, 18), (63, 18), (73, 47), (58, 47)], LINEN)
    art.rect((27, 45.6, 73, 47.6), BIRCH, radius=0.8)
    art.rect((72, 75, 92, 78), "#7a8ba0", radius=0.6)
    art.rect((74, 71.6, 90, 75), INK, radius=0.6)
    art.rect((71, 78, 91, 80.6), CREAM, radius=0.6)
    return art
