"""Starting: one dispatcher, one line for every reason not to start."""

import socket


def test_a_second_server_on_the_same_data_ends_with_one_line(installation):
    installation.open_store()
    installation.serve()

    second = installation.run("serve", "--bind", "127.0.0.1:0")

    assert (second.returncode, second.stdout, second.stderr) == (
        1,
        "",
        f"ebexo: Another ebexo serve is running on {installation.folder / 'data'}.\n",
    )


def test_a_taken_port_ends_with_one_line(installation):
    installation.open_store()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = installation.run("serve", "--bind", f"127.0.0.1:{port}")

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"ebexo: The address 127.0.0.1:{port} can't be used: Address already in use.\n"


def test_missing_tables_end_with_one_line(installation):
    ended = installation.run("serve")

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        "ebexo: The tables are not up to date. Run ebexo migrate first.\n",
    )


def test_a_wrong_variable_ends_with_one_line(installation, monkeypatch):
    monkeypatch.setattr(
        type(installation),
        "environment",
        property(
            lambda self: {
                "PATH": "/usr/bin:/bin",
                "EBEXO_LOG_LEVEL": "loud",
                "EBEXO_DATA_DIR": str(self.folder),
            }
        ),
    )

    ended = installation.run("store", "list")

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        "ebexo: EBEXO_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'.\n",
    )


def test_the_data_is_for_its_owner_only(installation):
    installation.run("migrate")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (installation.folder / "data").iterdir()}

    assert {name: mode for name, mode in modes.items() if "secret" in name or name.endswith(".lock")} == {
        "secret-keys": 0o600,
        "installation-secret": 0o600,
        "write.lock": 0o600,
    }


def test_making_the_tables_twice_is_fine(installation):
    first, second = installation.run("migrate"), installation.run("migrate")

    assert (first.returncode, second.returncode, second.stdout) == (0, 0, "The tables are up to date.\n")
