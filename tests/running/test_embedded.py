"""The embedded servers: they start with their first user, end with their last, and keep what was saved."""

import os
import stat

import pytest

from accelerator import environment
from accelerator.local import servers
from accelerator.local.account import choose
from accelerator.local.supervisor import _postgres
from tests.running.processes import end, manage, named, query, start_user, tree


def is_postmaster(command: str) -> bool:
    return "bin/postgres -D" in command


KINDS = {
    "supervisor": lambda command: "accelerator.local.supervisor" in command,
    "postgres": is_postmaster,
    "a process of postgres": lambda command: command.startswith("postgres: walwriter"),
    "redis": lambda command: "redis-server" in command or "valkey-server" in command,
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_server_killed_ends_all_and_loses_nothing(tmp_path, kind):
    user = start_user(tmp_path)
    query(tmp_path, "create table kept as select 'acknowledged' as word")
    processes = tree(user.pid)
    del processes[user.pid]
    victim = next(pid for pid, command in processes.items() if KINDS[kind](command))

    _, left_over = end(processes, victim)
    user.kill()
    user.communicate()

    assert left_over == []
    again = start_user(tmp_path)
    assert query(tmp_path, "select word from kept") == [("acknowledged",)]
    again.communicate()


def test_servers_outlive_one_user_and_end_with_the_last(tmp_path):
    first = start_user(tmp_path)
    servers = {pid: command for pid, command in tree(first.pid).items() if pid != first.pid}
    second = start_user(tmp_path)
    first.kill()
    first.communicate()

    assert query(tmp_path, "select 1") == [(1,)]

    _, left_over = end(servers, second.pid)
    second.communicate()
    assert left_over == []


def test_leave_returns_when_the_servers_have_ended(tmp_path):
    run = servers.ensure(tmp_path)
    assert query(tmp_path, "select 1") == [(1,)]

    servers.leave(tmp_path)

    assert not run.exists()
    assert servers.supervisor(tmp_path) is None


@pytest.mark.parametrize(
    "name",
    ['São José dos Campos, o\'"quoted" 100%', "a folder with a long name " * 5],
    ids=["spaces, accents and quotes", "longer than a socket's address"],
)
def test_any_folder_serves(tmp_path, name):
    var = tmp_path / name
    user = start_user(var)

    assert query(var, "select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = 'app'") == [
        (False, False, True)
    ]
    assert query(var, "select extname from pg_extension") == [("plpgsql",)]
    locale = "select datlocprovider::text, datlocale from pg_database where datname = current_database()"
    assert query(var, locale) == [("b", "C.UTF-8")]
    user.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="about root; this is a plain user")
def test_root_in_a_folder_closed_to_others(tmp_path):
    tmp_path.chmod(0o700)
    var = tmp_path / "var"
    user = start_user(var)
    assert (var / "postgres/cluster").stat().st_uid == 0
    user.communicate()

    tmp_path.chmod(0o755)  # opened later: another account serves, with the same data
    again = start_user(var)
    assert query(var, "select 1") == [(1,)]
    again.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="about root; this is a plain user")
def test_root_gets_a_message_where_no_account_can_enter(tmp_path):
    var = tmp_path / "var"
    (var / "run").mkdir(parents=True)
    program = tmp_path / "postgres"  # no one can run it, whatever the account
    program.write_text("")

    with pytest.raises(servers.CannotStart, match="does not run as root, and .* is closed to every other"):
        choose(var, [var / "run"], program)


def test_what_a_killed_start_leaves_is_replaced(tmp_path):
    (tmp_path / "postgres/draft").mkdir(parents=True)
    (tmp_path / "postgres/draft/PG_VERSION").write_text("18\n")
    user = start_user(tmp_path)
    user.communicate()
    process_id = tmp_path / "postgres/cluster/postmaster.pid"
    assert not (tmp_path / "postgres/draft").exists()

    left = start_user(tmp_path)
    end(tree(left.pid), left.pid)
    left.communicate()
    process_id.write_text(f"{os.getpid()}\n{process_id.parent}\n")  # the number is another program's now

    again = start_user(tmp_path)
    assert query(tmp_path, "select 1") == [(1,)]
    again.communicate()


def test_data_of_another_version_is_left_alone(tmp_path):
    end_of_first = start_user(tmp_path)
    end(tree(end_of_first.pid), end_of_first.pid)
    end_of_first.communicate()
    (tmp_path / "postgres/cluster/PG_VERSION").write_text("17\n")

    result = manage("version", VAR=str(tmp_path))

    assert result.returncode == 1
    cluster = tmp_path / "postgres/cluster"
    assert result.stderr == f"PostgreSQL 17 created {cluster}, but this is version 18: choose another VAR.\n"
    assert named(tmp_path) == []


def test_the_secret_key_is_made_once_and_is_private(tmp_path):
    servers.lay_out(tmp_path)
    key = (tmp_path / "secret.key").read_text()
    servers.lay_out(tmp_path)

    assert len(key.strip()) >= 50
    assert (tmp_path / "secret.key").read_text() == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_file_in_place_of_the_folder_is_reported(tmp_path):
    (tmp_path / "taken").write_text("")

    result = manage("version", VAR=str(tmp_path / "taken"))

    assert result.returncode == 1
    assert result.stderr == (
        f"The data folder {tmp_path / 'taken'} cannot be used (File exists):"
        " choose another folder, for example VAR=/var/tmp/accelerator.\n"
    )


def test_the_folder_in_tmp_must_be_ours_alone(tmp_path):
    var = tmp_path / ("long" * 30)
    run = environment.socket_dir(var)
    run.mkdir(mode=0o755)
    try:
        result = manage("version", VAR=str(var))
    finally:
        run.rmdir()

    assert result.returncode == 1
    assert result.stderr == f"The folder {run} is open to another account: remove it, or choose another VAR.\n"


def test_postgres_is_found_in_the_wheel():
    assert _postgres().parts[-3:] == ("pginstall", "bin", "postgres")
