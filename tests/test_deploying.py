"""What is there to run the page elsewhere: the unit file is one, and what it says is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from rag.config import Config
from rag.lenses.milvus.address import address_of
from rag.shared import Address, S3Address

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "deploy" / "footnote.service"
PROGRAM = "/opt/footnote/bin/rag"


def verified(unit: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stderr


def test_the_unit_file_is_verified(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        if os.environ.get("FOOTNOTE_BROWSER") == "required":
            pytest.fail("there is no systemd-analyze, and FOOTNOTE_BROWSER=required")
        pytest.skip("there is no systemd-analyze on this machine")
    program = tmp_path / "rag"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = UNIT.read_text()
    assert PROGRAM in text
    unit = tmp_path / "footnote.service"
    unit.write_text(text.replace(PROGRAM, str(program)))
    assert verified(unit) == (0, "")
    unit.write_text(text.replace(PROGRAM, str(program)).replace("Restart=on-failure", "Restart=sometimes"))
    assert "Failed to parse" in verified(unit)[1], "the check notices a mistake"
    unit.write_text(text)
    assert verified(unit)[0] != 0, "and a program that is not there"


def test_what_the_container_copies_is_there() -> None:
    lines = (ROOT / "deploy" / "Containerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not any(ROOT.glob(name))] == []
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    assert [name for name in copied if f"!{name}" not in sent] == [], "it would be missing where the image is built"


COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SECRETS = ROOT / "deploy" / "secrets"


def settings_of(service: str) -> dict[str, str]:
    """What a service is told by its environment, with what the examples of its files of secrets say."""
    files = SERVICES[service].get("env_file", [])
    lines = [
        line
        for file in ([files] if isinstance(files, str) else files)
        for line in (ROOT / "deploy" / f"{file}.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    told: dict[str, str] = SERVICES[service].get("environment", {})
    return dict(line.split("=", 1) for line in lines) | told


def test_the_compose_file_names_settings_that_there_are() -> None:
    known = {f"FOOTNOTE_{name.upper()}" for name in Config.model_fields}
    for service in ("builder", "reader"):
        told = settings_of(service)
        assert {name for name in told if name.startswith("FOOTNOTE_")} - known == set()
        index, lenses = Address.parse(told["FOOTNOTE_INDEX"]), address_of(told["FOOTNOTE_LENSES"], "name")
        assert index.url.split("@")[1].startswith("postgres/")
        assert lenses.place == "milvus:19530"
        originals = S3Address.parse(told["FOOTNOTE_ORIGINALS"])
        assert (originals.endpoint, originals.bucket) == ("http://s3:9000", "originals")
        assert f"s3/{originals.bucket}" in str(SERVICES["bucket"]["entrypoint"])
        assert told["FOOTNOTE_PORT"] == str(Config.model_fields["port"].default)
        assert f":{told['FOOTNOTE_PORT']}/" in str(SERVICES[service]["healthcheck"]["test"])
        assert SERVICES[service]["build"]["args"]["EXTRAS"] in (ROOT / "pyproject.toml").read_text()
    password = settings_of("postgres")["POSTGRES_PASSWORD"]
    assert f":{password}@" in settings_of("builder")["FOOTNOTE_INDEX"]
    store = settings_of("s3")
    assert store["MINIO_ROOT_PASSWORD"] == store["MINIO_SECRET_ACCESS_KEY"]
    keys = f"{store['MINIO_ROOT_USER']}:{store['MINIO_ROOT_PASSWORD']}"
    assert settings_of("builder")["FOOTNOTE_ORIGINALS"].startswith(f"s3+http://{keys}@")
    assert not any("sources" in volume for volume in SERVICES["reader"]["volumes"]), "it would offer to add documents"


def test_every_service_of_the_compose_file_is_watched_and_waits_for_those_it_needs() -> None:
    for name, service in SERVICES.items():
        assert name in ("proxy", "bucket") or service["healthcheck"]["test"][0] == "CMD", name
        for needed, how in service.get("depends_on", {}).items():
            ends = needed == "bucket"
            assert how == {"condition": "service_completed_successfully" if ends else "service_healthy"}
            assert ends or "healthcheck" in SERVICES[needed]
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            inside = place.startswith((".", "/"))
            assert inside or place in COMPOSE["volumes"], volume
    asked = SERVICES["builder"]["healthcheck"]["test"][-1]
    assert {"/health", "/ready"} <= set(re.findall(r"7860(/[a-z]+)", asked))
    proxy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "to {args[0]}:7860" in proxy
    assert {"import server reader", "import server builder"} <= {line.strip() for line in proxy.splitlines()}
    assert "health_uri /ready" in proxy
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"], "nobody else is reached"


def test_no_secret_stands_in_the_compose_file_or_is_committed() -> None:
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    told = [
        value for file in SECRETS.glob("*.example") for value in re.findall(r"(?:PASSWORD|KEY)=(.+)", file.read_text())
    ]
    assert told
    assert [value for value in told if value in text] == []
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "deploy/secrets/*" in ignored
    assert "!deploy/secrets/*.example" in ignored


def test_docker_itself_takes_the_compose_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    for name in ("compose.yaml", "Caddyfile"):
        shutil.copy(ROOT / "deploy" / name, tmp_path)
    (tmp_path / "secrets").mkdir()
    for file in SECRETS.glob("*.example"):
        shutil.copy(file, tmp_path / "secrets" / file.stem)
    command = [docker, "compose", "-f", str(tmp_path / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
