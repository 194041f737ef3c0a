"""The tables of one collection, in a schema of its own, so that no statement has to say which collection it means.

Texts and packed values are bytes, as in the embedded index. What is compared is ordered by its bytes (`COLLATE "C"`),
which in UTF-8 is the order of code points. Chunks and words go with their document; vectors stand by themselves, as
one may serve several chunks.
"""

from __future__ import annotations

from typing import LiteralString

from psycopg import sql

__all__ = ["DEAD", "FORMAT", "dropped", "set_up", "vacuumed"]

FORMAT = "1"
DEAD: LiteralString = (
    "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = %(schema)s"
)
"""How many rows are erased, and still in the files of the tables."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.meta(key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.files(
    path text COLLATE "C" PRIMARY KEY, size bigint NOT NULL, modified_ns bigint NOT NULL, sha256 text NOT NULL,
    status text NOT NULL, document_id text COLLATE "C", reason text NOT NULL, hint text NOT NULL,
    empty_pages text NOT NULL);
CREATE INDEX IF NOT EXISTS files_document ON {schema}.files(document_id, path);
CREATE TABLE IF NOT EXISTS {schema}.documents(
    id text COLLATE "C" NOT NULL, recipe text NOT NULL, title text NOT NULL, media_type text NOT NULL,
    sha256 text NOT NULL, text bytea NOT NULL, pages text NOT NULL, blocks text NOT NULL, empty_pages text NOT NULL,
    glyphs bytea NOT NULL, suffix text NOT NULL, date text NOT NULL, language text NOT NULL, left_out text NOT NULL,
    tables bytea NOT NULL, page_count integer NOT NULL, chunk_count integer NOT NULL, PRIMARY KEY(id, recipe));
CREATE INDEX IF NOT EXISTS documents_content ON {schema}.documents(sha256);
CREATE TABLE IF NOT EXISTS {schema}.words(
    document_id text COLLATE "C" NOT NULL, recipe text NOT NULL, places bytea NOT NULL, boxes bytea NOT NULL,
    PRIMARY KEY(document_id, recipe),
    FOREIGN KEY(document_id, recipe) REFERENCES {schema}.documents ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS {schema}.chunks(
    id bigint NOT NULL, recipe text NOT NULL, document_id text COLLATE "C" NOT NULL, start integer NOT NULL,
    stop integer NOT NULL, first_page integer, last_page integer, heading text NOT NULL, text bytea NOT NULL,
    sentences bytea NOT NULL, vector_id bytea NOT NULL, PRIMARY KEY(id, recipe),
    FOREIGN KEY(document_id, recipe) REFERENCES {schema}.documents ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS chunks_document ON {schema}.chunks(document_id, recipe, start);
CREATE INDEX IF NOT EXISTS chunks_vector ON {schema}.chunks(vector_id);
CREATE TABLE IF NOT EXISTS {schema}.vectors(id bytea PRIMARY KEY, vector bytea NOT NULL, sentences bytea NOT NULL);
ALTER TABLE {schema}.vectors ALTER vector SET STORAGE EXTERNAL, ALTER sentences SET STORAGE EXTERNAL;
INSERT INTO {schema}.meta VALUES ('format', {format});
"""


def set_up(schema: str) -> sql.Composed:
    """The statements that make the tables. Vectors do not compress: it is not tried."""
    return sql.SQL(_TABLES).format(schema=sql.Identifier(schema), format=sql.Literal(FORMAT))


def vacuumed(schema: str) -> sql.Composed:
    """What tells the database how large the tables are, and frees the place of erased rows for new ones."""
    names = ("files", "documents", "words", "chunks", "vectors", "meta")
    tables = sql.SQL(", ").join(sql.Identifier(schema, name) for name in names)
    return sql.SQL("VACUUM (ANALYZE) {}").format(tables)


def dropped(schema: str) -> sql.Composed:
    """What removes the tables."""
    return sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
