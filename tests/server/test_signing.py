"""Users and their passwords: lines that fit, lines that do not, and what a wrong password learns."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigProblem
from rag.server.users import password_matches, read_users, users_file_line


def test_a_line_lets_in_its_password_and_no_other(tmp_path: Path) -> None:
    line = users_file_line("ada", "a long secret")
    assert "a long secret" not in line
    assert line != users_file_line("ada", "a long secret"), "the salt differs"
    file = tmp_path / "users"
    file.write_text(f"# people\n\n{line}\n{users_file_line('bob', 'another secret')}\n")
    users = read_users(file)
    assert set(users) == {"ada", "bob"}
    assert password_matches("a long secret", users["ada"])
    assert not password_matches("a long secrey", users["ada"])
    assert not password_matches("a long secret", users["bob"])


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a:b", "long enough"), ("ada", "short")])
def test_names_and_passwords_that_will_not_do(name: str, password: str) -> None:
    with pytest.raises(ConfigProblem):
        users_file_line(name, password)


@pytest.mark.parametrize("content", ["", "# nobody\n", "ada:secret\n", "ada:scrypt$2$8$1$AA==$AA==\n", "ada:md5$x\n"])
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "users"
    file.write_text(content)
    with pytest.raises(ConfigProblem) as told:
        read_users(file)
    assert "rag password NAME" in told.value.hint
    with pytest.raises(ConfigProblem):
        read_users(tmp_path / "missing")
