import os
import sys


def main() -> None:
    """Django's commands for the shop: `python -m demo.manage migrate`, `… seed`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
