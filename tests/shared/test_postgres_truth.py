"""PostgreSQL's own side of the truth: collections apart, writers one at a time, refusals in one sentence."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from postgres import PostgresServer
from seam.implementations import RECIPE, Written, changes, store, written

from rag.errors import ConfigProblem, FootnoteError, IndexLocked, IndexMissing, IndexStale, IndexUnreachable
from rag.shared import Address, PostgresTruth
from rag.types import FileRow, Span

A = written(["The train stopped.", "64 people died."], title="A title")
B = written(["Fuel is carried across the border."])


def commit(truth: PostgresTruth, files: dict[str, Written | None]) -> None:
    with truth.writer() as writer:
        store(writer, filter(None, files.values()))
        with writer.next_generation(*changes(writer, files), RECIPE, {}):
            pass


def test_two_collections_of_one_database_see_nothing_of_each_other(server: PostgresServer, url: str) -> None:
    one, other = PostgresTruth(Address.parse(url)), PostgresTruth(Address.parse(f"{url}-b"))
    commit(one, {"a.pdf": A})
    assert not other.exists()
    with pytest.raises(IndexMissing), other.snapshot():
        pass
    with one.writer(), other.writer() as writer:  # the lock is one collection's
        assert writer.missing_vectors(A.embeddings) == set(A.embeddings)
        assert writer.find_document(A.loaded.document.sha256, RECIPE, "a.pdf") is None
    commit(other, {"b.pdf": B})
    for truth, path, mine, foreign in ((one, "a.pdf", A, B), (other, "b.pdf", B, A)):
        with truth.snapshot() as snapshot:
            assert [row.path for row in snapshot.files()] == [path]
            assert [source.path for source in snapshot.sources()] == [path]
            assert sorted(snapshot.chunks([*A.keys, *B.keys])) == mine.keys
            assert snapshot.document(foreign.id) is None
            assert snapshot.keys([A.id, B.id]).tolist() == mine.keys
    commit(other, {})  # what it erases is its own
    with one.snapshot() as snapshot:
        assert sorted(snapshot.chunks(A.keys)) == A.keys
    server.run(f'DROP SCHEMA "{one.address.schema}" CASCADE')
    assert (one.exists(), other.exists()) == (False, True)


def test_the_second_writer_is_told_who_builds(url: str) -> None:
    truth = PostgresTruth(Address.parse(url))
    holds = (
        "import sys, time; from rag.shared import Address, PostgresTruth\n"
        "with PostgresTruth(Address.parse(sys.argv[1])).writer(): print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holds, url], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(IndexLocked, match=f"built by process {holder.pid} on "), truth.writer():
            pass
        holder.kill()
    commit(truth, {"a.pdf": A})


def test_hostile_names_are_names(url: str) -> None:
    """Nothing that is stored or asked becomes part of a statement."""
    truth = PostgresTruth(Address.parse(url))
    names = [
        "'; DROP TABLE files; --.pdf",
        '"x".pdf',
        "%s %(id)s.pdf",
        "\\', E'.pdf",
        "{schema}.pdf",
        "a\nb.pdf",
        "$1.pdf",
    ]
    commit(truth, dict.fromkeys(names, A))
    with truth.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == sorted(names)
        assert snapshot.paths(A.id) == sorted(names)
        assert sorted(snapshot.files_at([*names, "\0", "a\0.pdf", "\ud800"])) == sorted(names)
        for one in (*names, "\0", "\ud800", ""):
            assert snapshot.document(one) is None
            assert (snapshot.paths(one), snapshot.sha256(one), snapshot.words(one)) == ([], None, ())
            assert snapshot.glyphs(one, Span(0, 9)) == ()
            assert snapshot.keys([one]).tolist() == []
            assert snapshot.meta(one) is None


def test_texts_come_back_whatever_is_in_them(url: str) -> None:
    """The text of a document may hold the character 0; only a reason or a title does without."""
    truth, odd = PostgresTruth(Address.parse(url)), written(["a\0b \x7f \u2028 \U0001f600"], title="T\0t")
    row = FileRow("odd.pdf", 1, 2, "s", "indexed", odd.id, "why\0", "\ud800")
    with truth.writer() as writer:
        store(writer, [odd])
        with writer.next_generation([row], [], RECIPE, {}):
            pass
    with truth.snapshot() as snapshot:
        document = snapshot.document(odd.id)
        assert document
        assert (document.text, document.title) == (odd.loaded.document.text, "T\ufffdt")
        assert list(snapshot.files()) == [replace(row, reason="why\ufffd", hint="?")]


def test_an_index_of_another_version_is_not_touched(server: PostgresServer, url: str) -> None:
    truth = PostgresTruth(Address.parse(url))
    commit(truth, {"a.pdf": A})
    server.run(f"UPDATE \"{truth.address.schema}\".meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(IndexStale), truth.writer():
        pass


@pytest.fixture
def people(server: PostgresServer) -> Callable[[str, str], str]:
    """The address of a collection over TCP, for a user with a password."""
    server.run(
        "DO $$ BEGIN CREATE ROLE anna LOGIN PASSWORD 's3cret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    return lambda who, database: f"postgresql://{who}@127.0.0.1:{server.port}/{database}#mine"


@pytest.mark.parametrize(
    ("who", "database", "error", "said"),
    [
        ("anna:wr0ng", "postgres", ConfigProblem, "refuses the user or the password"),
        ("anna", "postgres", ConfigProblem, "asks for a password"),
        ("nobody:wr0ng", "postgres", ConfigProblem, "refuses the user or the password"),
        ("anna:s3cret", "elsewhere", ConfigProblem, "does not exist"),
        ("anna:s3cret", "postgres?sslmode=require", IndexUnreachable, "cannot be reached"),
        ("anna:s3cret", "postgres?nonsense=wr0ng", ConfigProblem, "options that PostgreSQL does not know"),
        ("anna:s3cret", "postgres", ConfigProblem, "does not allow this user"),
    ],
)
def test_who_is_refused_is_told_in_one_sentence_without_the_password(
    people: Callable[[str, str], str],
    who: str,
    database: str,
    error: type[FootnoteError],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    truth = PostgresTruth(Address.parse(people(who, database)))
    with pytest.raises(error, match=said) as refused, truth.writer():
        pass
    told = f"{refused.value} {refused.value.__cause__} {caplog.text}"
    assert "s3cret" not in told
    assert "wr0ng" not in told
    assert "\n" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    for host in ("127.0.0.1:1", f"?{tmp_path}"):
        url = f"postgresql://anna:s3cret@{host}/db#a" if ":" in host else f"postgresql:///db?host={tmp_path}#a"
        truth = PostgresTruth(Address.parse(url))
        for ask in (truth.exists, lambda truth=truth: truth.snapshot().__enter__()):
            with pytest.raises(IndexUnreachable, match="cannot be reached") as told:
                ask()
            assert "s3cret" not in f"{told.value} {told.value.__cause__}"


def test_a_collection_is_dumped_and_restored_by_itself(server: PostgresServer, url: str, tmp_path: Path) -> None:
    """As docs/operating.md has it, into another database as well."""
    truth = PostgresTruth(Address.parse(url))
    commit(truth, {"a.pdf": A, "b.pdf": B})
    server.program("pg_dump", "--format=custom", f"--schema={truth.address.schema}", "--file=kept.dump", "postgres")
    commit(truth, {})
    server.run(f'DROP SCHEMA "{truth.address.schema}" CASCADE')
    server.program("pg_restore", "--dbname=postgres", "kept.dump")
    server.program("createdb", "--template=template0", "--encoding=UTF8", "elsewhere_too")
    server.program("pg_restore", "--dbname=elsewhere_too", "kept.dump")
    moved = PostgresTruth(Address.parse(url.replace("/postgres?", "/elsewhere_too?")))
    for one in (truth, moved):
        with one.snapshot() as snapshot:
            assert [row.path for row in snapshot.files()] == ["a.pdf", "b.pdf"]
            assert sorted(snapshot.chunks([*A.keys, *B.keys])) == sorted([*A.keys, *B.keys])
        commit(one, {"b.pdf": B})
        with one.snapshot() as snapshot:
            assert snapshot.document(A.id) is None


def test_who_may_only_read_may_ask_and_not_build(
    server: PostgresServer, url: str, people: Callable[[str, str], str]
) -> None:
    commit(PostgresTruth(Address.parse(url)), {"a.pdf": A})
    collection = url.rpartition("#")[2]
    asks = PostgresTruth(Address.parse(people("anna:s3cret", "postgres").replace("#mine", f"#{collection}")))
    with pytest.raises(IndexMissing), asks.snapshot():  # what may not be seen is not there
        pass
    server.run(f'GRANT USAGE ON SCHEMA "footnote_{collection}" TO anna')
    server.run(f'GRANT SELECT ON ALL TABLES IN SCHEMA "footnote_{collection}" TO anna')
    with asks.snapshot() as snapshot:
        assert sorted(snapshot.chunks(A.keys)) == A.keys
    with pytest.raises(ConfigProblem, match="does not allow"), asks.writer() as writer:
        store(writer, [B])


def test_a_database_that_is_not_in_utf8_is_refused(server: PostgresServer, url: str) -> None:
    server.program("createdb", "--template=template0", "--encoding=SQL_ASCII", "--locale=C", "odd")
    truth = PostgresTruth(Address.parse(url.replace("/postgres?", "/odd?")))
    with pytest.raises(ConfigProblem, match="UTF-8"), truth.writer():
        pass


def test_a_server_that_ends_long_transactions_is_told_in_one_sentence(server: PostgresServer, url: str) -> None:
    truth = PostgresTruth(Address.parse(url))
    commit(truth, {"a.pdf": A})
    server.run("ALTER SYSTEM SET idle_in_transaction_session_timeout TO '100ms'")
    server.run("SELECT pg_reload_conf()")
    try:
        with pytest.raises(IndexUnreachable) as told, truth.snapshot() as snapshot:  # noqa: PT012
            time.sleep(1)
            snapshot.document(A.id)
    finally:
        server.run("ALTER SYSTEM RESET idle_in_transaction_session_timeout")
        server.run("SELECT pg_reload_conf()")
    assert "\n" not in str(told.value)
