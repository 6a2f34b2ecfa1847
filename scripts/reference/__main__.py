"""Write every part anew, and the page of the HTTP API's schema."""

from ebexo.cli import use_django
from scripts import api_reference


def main() -> None:
    use_django()
    from scripts.reference.parts import PAGES, with_parts

    for path in sorted(PAGES.glob("*.md")):
        path.write_text(with_parts(path.read_text()))
    api_reference.PAGE.write_text(api_reference.page(api_reference.current_schema()))


if __name__ == "__main__":
    main()
