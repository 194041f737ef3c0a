"""Addresses: what they mean, what is refused, and that nothing of a password is ever told."""

from __future__ import annotations

import pytest

from rag.errors import ConfigProblem
from rag.shared import Address, is_address


def test_an_address_is_taken_apart() -> None:
    address = Address.parse("postgresql://anna:s%40cret@db.example.org:5433/papers?sslmode=require#reports-2")
    assert (address.collection, address.schema) == ("reports-2", "footnote_reports-2")
    assert address.url == "postgresql://anna:s%40cret@db.example.org:5433/papers?sslmode=require"
    assert address.shown == "postgresql://db.example.org:5433/papers#reports-2"
    assert Address.parse("postgres:///papers?host=/run/pg#a").shown == "postgresql:///run/pg/papers#a"
    assert address.lock != Address.parse("postgresql://db.example.org/papers#reports").lock


def test_a_folder_is_no_address() -> None:
    assert [is_address(one) for one in ("index", "/a/postgresql", "C:\\x", "postgresql:/x", "postgresql://h/d#c")] == [
        False,
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://anna:s3cret@host/db",
        "postgresql://anna:s3cret@host/db#",
        "postgresql://anna:s3cret@host/db#Upper",
        "postgresql://anna:s3cret@host/db#a; DROP SCHEMA public",
        'postgresql://anna:s3cret@host/db#a"b',
        "postgresql://anna:s3cret@host/db#" + "a" * 49,
        "postgresql://anna:s3cret@host/#a",
        "postgresql://anna:s3cret@host#a",
        "postgresql://anna:s3cret@more@host/db#a",
        "postgresql://anna:s3cret#more@host/db#a",
        "postgresql://anna:s3cret/more@host/db#a",
        "postgresql://anna:s3cret?more@host/db#a",
        "postgresql://anna@host:s3cret/db#a",
        "postgresql://anna@host:99999999/s3cret#a",
        "postgresql://[anna:s3cret@host/db#a",
        "postgresql://anna@host/db?password=s3cret#a",
    ],
)
def test_a_wrong_address_is_refused_and_not_told(wrong: str) -> None:
    with pytest.raises(ConfigProblem) as refused:
        Address.parse(wrong)
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"
    assert "anna" not in str(refused.value)


def test_a_password_is_in_no_picture_of_an_address() -> None:
    address = Address.parse("postgresql://anna:s3cret@host/db#a")
    assert "s3cret" not in f"{address!r} {address} {address.shown}"
