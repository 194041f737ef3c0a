"""Makes the snapshot of an encoder: its graph, exported once, over the weights that lie in the model's folder.

A weight stays in the `model.safetensors` of the folder, and the graph says where in it; so a snapshot takes some
hundred kilobytes. What comes out must give the reference's tokens and vectors on a sample, or nothing is kept. This
module does not know where the snapshot belongs.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.models.encoder.reference import Reference
from rag.models.encoder.snapshot import CLOSE, SAMPLE, STATES, VECTOR, Snapshot, encode_vector

if TYPE_CHECKING:
    import onnx

__all__ = ["export"]

WEIGHTS = "model.safetensors"
_SAMPLES = (
    SAMPLE,
    "Who?",
    "  Spaces before, and a 😀 after 😀 ",
    "Şanlıurfa'da 1,5 milyon — שלום — 北京市.",
    "The report gives the figures of 2024. " * 20,
)
_log = logging.getLogger(__name__)


def export(reference: Reference, folder: Path, fingerprint: str, path: Path) -> bool:
    """Writes the snapshot to `path` and says whether one stands there now.

    Where the model does not allow it, a note is left beside `path`, and as long as it names this fingerprint it is not
    tried again. Where the disk does not, the next build tries again.
    """
    note = path.with_suffix(".none")
    if note.exists() and note.read_text("utf-8").startswith(fingerprint):
        return False
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(_graph(reference, folder, fingerprint))
        _compare(Snapshot(fresh, folder), reference)
        fresh.replace(path)
        note.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("The model's fast start cannot be kept: %s", error)
        return False
    except Exception as error:  # an exporter fails in a hundred ways, and none of them is a reason not to answer
        _log.info("The model gets no fast start.", exc_info=True)
        note.write_text(f"{fingerprint}\n{error}\n", "utf-8")
        return False
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return True


def _graph(reference: Reference, folder: Path, fingerprint: str) -> bytes:
    """The exported graph with the facts of the model in it, its weights left in the folder."""
    if not (folder / WEIGHTS).is_file():
        raise ValueError(f"there is no {WEIGHTS} in {folder}")
    model = _exported(reference)
    _share(model, folder / WEIGHTS)
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.ClearField("metadata_props")  # where in Python it came from: paths of this machine
        node.ClearField("doc_string")
    del model.metadata_props[:]
    prompts = reference.model.prompts
    facts = {
        "fingerprint": fingerprint,
        "max_tokens": str(reference.max_tokens),
        "dimension": str(reference.dimension),
        "document_prompt": reference.document_prompt,
        "query_prompt": prompts.get("query") or "",
        "pad": str(reference.model.tokenizer.pad_token_id or 0),
        "sample": encode_vector(reference.query(SAMPLE)),
    }
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _exported(reference: Reference) -> onnx.ModelProto:
    """Tokens -> unit vector and token vectors, for any number of texts of any length; on the CPU, in float32."""
    import torch

    inner = reference.model

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            out = self.inner(dict(zip(names, inputs, strict=True)))
            return torch.nn.functional.normalize(out["sentence_embedding"], dim=1), out["token_embeddings"]

    given = inner.tokenizer(["Two texts,", "one of them a little longer."], padding=True, return_tensors="pt")
    names = list(given)
    axes = {0: torch.export.Dim("n"), 1: torch.export.Dim("tokens")}
    device = inner.device
    try:
        with _quiet(), torch.inference_mode():
            program = torch.onnx.export(
                Graph().eval().to("cpu"),
                tuple(given[name] for name in names),
                input_names=names,
                output_names=[VECTOR, STATES],
                dynamic_shapes=(tuple(axes for _ in names),),
                dynamo=True,
                opset_version=23,  # the first in which attention is one operation: batches take a sixth less time
                optimize=False,  # folding would turn the weights round, and so copy them
                verbose=False,
            )
    finally:
        inner.to(device)
    if program is None:
        raise RuntimeError("the export produced no model")
    exported: onnx.ModelProto = program.model_proto
    return exported


def _share(model: onnx.ModelProto, weights: Path) -> None:
    """Replaces each weight by its place in the file, where the same bits stand. Raises ValueError if one does not."""
    import onnx

    stored = np.memmap(weights, np.uint8, "r")
    start = 8 + int.from_bytes(stored[:8].tobytes(), "little")
    places: dict[bytes, tuple[int, int]] = {}
    for name, entry in json.loads(stored[8:start].tobytes()).items():
        if name != "__metadata__":
            first, last = (start + at for at in entry["data_offsets"])
            places[_key(stored[first:last])] = (first, last - first)
    for one in model.graph.initializer:
        data = np.frombuffer(one.raw_data or onnx.numpy_helper.to_array(one).tobytes(), np.uint8)
        if len(data) < 1024:
            continue
        place = places.get(_key(data))
        if place is None and one.data_type == onnx.TensorProto.INT64:
            continue  # numbers of places, which newer files leave out: they stay in the graph
        if place is None:
            raise ValueError(f"{one.name} is not in {weights.name}")
        one.ClearField("raw_data")
        one.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", weights.name), ("offset", str(place[0])), ("length", str(place[1]))):
            one.external_data.add(key=key, value=value)


def _key(data: NDArray[np.uint8]) -> bytes:
    return hashlib.blake2b(data.tobytes(), digest_size=16).digest()


def _compare(snapshot: Snapshot, reference: Reference) -> None:
    """Raises ModelProblem unless the snapshot reads the samples as the reference does."""
    ours, theirs = snapshot.read(_SAMPLES), reference.read(_SAMPLES)
    same = snapshot.count(_SAMPLES) == reference.count(_SAMPLES) and ours.states.shape == theirs.states.shape
    real = theirs.offsets[..., 1:] > 0
    pairs = [(ours.vectors, theirs.vectors), (ours.states * real, theirs.states * real)] if same else []
    pairs += [(snapshot.query(text), reference.query(text)) for text in (*_SAMPLES, _SAMPLES[-1] * 10)]
    if not same or not (ours.offsets == theirs.offsets).all() or not all(np.allclose(*p, atol=CLOSE) for p in pairs):
        raise ModelProblem(
            "The exported model's vectors differ from the original's.", "The model itself is used instead."
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns and logs of things that only its authors can change."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnx_ir", "onnxscript")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
