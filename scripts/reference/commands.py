"""Every command with its arguments and options, as click knows them."""

from collections.abc import Iterator

import click

from ebexo.cli.commands import ebexo
from scripts.page_text import code, table


def written() -> str:
    return "\n".join(_section(context) for context in _all(click.Context(ebexo, info_name="ebexo")))


def _all(context: click.Context) -> Iterator[click.Context]:
    """What can be run, in the order of the alphabet; a group itself only where it does something."""
    command = context.command
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield context
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            yield from _all(click.Context(below, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    options = [option for option in context.command.params if isinstance(option, click.Option)]
    arguments = [
        argument.make_metavar(context)
        for argument in context.command.params
        if isinstance(argument, click.Argument)
    ]
    title = " ".join([context.command_path, *arguments]) if context.parent else context.command_path
    parts = [f"### `{title}`\n", " ".join((context.command.help or "").split()) + "\n"]
    if options:
        rows = [_row(option, context) for option in options]
        parts.append(table(["Option", "Takes", "Without it", "Meaning"], rows))
    return "\n".join(parts)


def _row(option: click.Option, context: click.Context) -> list[str]:
    names = code(*option.opts, *option.secondary_opts)
    more = ", as often as needed" if option.multiple else ""
    return [names, _takes(option, context) + more, _without(option), option.help or ""]


def _takes(option: click.Option, context: click.Context) -> str:
    if isinstance(option.type, click.Choice):
        return code(*option.type.choices)
    return "" if option.is_flag else code(option.make_metavar(context))


def _without(option: click.Option) -> str:
    default = option.to_info_dict()["default"]
    if option.required:
        return "refused"
    return "" if default in (None, False, "") else f"`{default}`"
