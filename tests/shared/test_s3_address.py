"""The setting `originals`: what it names, which keys are used, and what no message says."""

from __future__ import annotations

import pytest

from rag.config import config_of_collection, load_config
from rag.errors import ConfigProblem
from rag.shared import S3Address

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "from/environment"}


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_an_address_names_endpoint_bucket_prefix_and_key() -> None:
    found = S3Address.parse("s3+http://ada:a%2Fb%40c@minio.local:9000/papers/team/one")
    assert (found.endpoint, found.region) == ("http://minio.local:9000", "us-east-1")
    assert (found.bucket, found.prefix, found.key, found.secret) == ("papers", "team/one", "ada", "a/b@c")
    assert found.shown == "s3+http://minio.local:9000/papers/team/one"
    assert "a/b@c" not in repr(found)
    assert S3Address.parse("s3+https://a:b@[::1]:9000/papers?region=eu-west-1").endpoint == "https://[::1]:9000"


def test_amazon_has_its_region_and_keys_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "for a while")
    found = S3Address.parse("s3://papers/team?region=eu-central-1")
    assert (found.endpoint, found.bucket) == ("https://s3.eu-central-1.amazonaws.com", "papers")
    assert (found.key, found.secret, found.token) == ("AKIA1", "from/environment", "for a while")
    assert found.shown == "s3://papers/team"
    own = S3Address.parse("s3+https://ada:secret@minio.local/papers")
    assert (own.key, own.token) == ("ada", ""), "a token goes with its key"


def test_without_keys_nothing_else_is_looked_at() -> None:
    with pytest.raises(ConfigProblem, match="There is no key for the originals at s3://papers"):
        S3Address.parse("s3://papers?region=eu-central-1")
    with pytest.raises(ConfigProblem, match="AWS_ACCESS_KEY_ID"):
        S3Address.parse("s3+https://ada@minio.local/papers")


@pytest.mark.parametrize(
    "setting",
    [
        "s3+https://ada:s3cret@minio.local",
        "s3+https://ada:s3cret@minio.local/UPPER",
        "s3+https://ada:s3/cret@minio.local/papers",
        "s3+https://ada:s3cr@et@minio.local/papers",
        "s3+https://ada:s3cret@minio.local/papers/../x",
        "s3+https://ada:s3cret@minio.local/papers?profile=me",
        "s3+https://ada:s3cret@minio.local:x/papers",
        "s3://ada:s3cret@papers",
        "https://ada:s3cret@minio.local/papers",
    ],
)
def test_what_is_wrong_is_told_without_the_key(setting: str) -> None:
    with pytest.raises(ConfigProblem, match="address of the originals") as refused:
        load_config(originals=setting)
    assert "s3" not in str(refused.value).replace("s3://", "").replace("s3+https://", "")


def test_a_collection_in_a_folder_keeps_its_originals_there(tmp_path: object) -> None:
    config = load_config(originals="s3+https://ada:s3cret@minio.local/papers")
    assert "s3cret" not in repr(config)
    own = config_of_collection(config, config.sources, config.index, config.sources / "none.toml")
    assert own.originals == ""
